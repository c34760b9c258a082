// Text size, spacing and colours at once, and the question read aloud. Every page works without.
(() => {
  "use strict";

  const panel = document.querySelector(".display");
  if (!panel) return; // the page that stands in for others without network
  panel.querySelector("form").addEventListener("submit", (event) => {
    const chosen = event.submitter;
    if (!chosen || !window.fetch) return;
    event.preventDefault(); // so that what is chosen or written below stays
    const fields = new FormData(event.target);
    fields.set(chosen.name, chosen.value);
    fetch(event.target.action, { method: "POST", body: fields, redirect: "manual", keepalive: true })
      .catch(() => {}); // without a connection it holds for this page
    const shown = document.documentElement.dataset;
    if (chosen.previousElementSibling.matches("button")) shown[chosen.name] = chosen.value;
    else delete shown[chosen.name]; // the first is what nobody needs to choose
    for (const button of chosen.parentElement.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", button === chosen);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !panel.open) return;
    panel.open = false;
    panel.querySelector("summary").focus();
  });

  const button = document.getElementById("read-aloud");
  if (!button) return;
  const speech = window.speechSynthesis;
  const language = document.documentElement.lang;
  const recording = button.dataset.audio && new Audio();
  const words = button.textContent;
  let isReading = false;

  // Only a voice of the device itself: with any other the text would leave it.
  const findVoice = () =>
    speech && speech.getVoices().find((voice) =>
      voice.localService && voice.lang.toLowerCase().split(/[-_]/)[0] === language);

  const stop = () => {
    isReading = false;
    button.textContent = words;
    if (recording) recording.pause();
    if (speech) speech.cancel();
  };

  const speak = () => {
    const read = document.querySelectorAll("main h1, .form-hint, .form-group-radio");
    const sentences = [...read].map((part) => part.textContent.trim());
    const voice = findVoice();
    sentences.forEach((sentence, position) => {
      const part = new SpeechSynthesisUtterance(sentence);
      part.voice = voice;
      part.lang = voice.lang;
      part.rate = 0.9;
      if (position === sentences.length - 1) part.onend = stop;
      speech.speak(part);
    });
  };

  const play = () => {
    recording.onended = stop;
    recording.onerror = stop;
    recording.src = button.dataset.audio;
    recording.play().catch(stop);
  };

  button.addEventListener("click", () => {
    if (isReading) return stop();
    stop();
    isReading = true;
    button.textContent = button.dataset.stop;
    if (recording) play(); else speak();
  });

  const offer = () => { button.hidden = !recording && !findVoice(); };
  offer();
  if (speech && speech.addEventListener) speech.addEventListener("voiceschanged", offer);
  addEventListener("pagehide", stop);
})();
