// Compiles the look of the pages and copies what it ships with. Run by `make assets`.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from 'sass';

const here = dirname(fileURLToPath(import.meta.url));
const designSystem = join(here, 'node_modules', 'dkfds');
const web = join(here, '..', 'survey_service', 'web');
const target = process.argv[2] ?? join(web, 'static');

// An icon in the style sheet is one request less than an icon in a file.
function inlineIcon(_whole, name) {
  const picture = readFileSync(join(designSystem, 'src', 'img', 'svg-icons', `${name}.svg`), 'utf8');
  const address = picture.trim().replaceAll('"', "'").replaceAll('<', '%3C').replaceAll('>', '%3E');
  return `url("data:image/svg+xml,${address.replaceAll('#', '%23')}")`;
}

function compressed(file) {
  return compile(join(here, file), {
    style: 'compressed',
    loadPaths: [join(here, 'node_modules'), here],
    quietDeps: true,
  }).css.replace(/^\uFEFF/, '');
}

/** Every word of the files in which a class can be named. */
function wordsOfPages() {
  const files = readdirSync(web, { recursive: true }).filter((name) => /\.(html|py|js)$/.test(name));
  const text = files.map((name) => readFileSync(join(web, name), 'utf8')).join('\n');
  return new Set(text.match(/[\w-]+/g));
}

/** Leave out selectors with a class that no page has, and then the rules that hold nothing. */
function withoutUnused(css, words) {
  const isUsed = (selector) =>
    (selector.replace(/:not\([^)]*\)/g, '').match(/\.[a-z][\w-]*/gi) ?? [])
      .every((name) => words.has(name.slice(1)));
  return css
    .replace(/([^{}@]+)\{([^{}]*)\}/g, (_whole, selectors, body) => {
      const kept = selectors.split(/,(?![^(]*\))/).filter(isUsed);
      return kept.length ? `${kept.join(',')}{${body}}` : '';
    })
    .replace(/@media[^{}]+\{\}/g, '');
}

const note = '/* Made by `make assets` from assets/*.scss: change it there. Licences: licences/ */\n';
// One rule a line: differences between versions stay readable, and gzip does not mind.
function writeSheet(name, css) {
  const lines = css.replace(/url\("?icons\/([a-z-]+)\.svg"?\)/g, inlineIcon).replaceAll('}', '}\n');
  writeFileSync(join(target, name), `${note}${lines.trimEnd()}\n`);
}

for (const folder of ['fonts', 'licences']) mkdirSync(join(target, folder), { recursive: true });
writeSheet('service.css', withoutUnused(compressed('design-system.scss'), wordsOfPages()) + compressed('service.scss'));
// What only the signed-in pages need: a respondent's tablet never loads it.
writeSheet('workspace.css', compressed('workspace.scss'));
for (const weight of ['Regular', 'SemiBold']) {
  const font = `IBMPlexSans-${weight}-Latin1.woff2`;
  const folder = join(designSystem, 'src', 'fonts', 'IBMPlexSans', 'split', 'woff2');
  copyFileSync(join(folder, font), join(target, 'fonts', font));
}
copyFileSync(join(designSystem, 'LICENSE.md'), join(target, 'licences', 'dkfds.md'));
