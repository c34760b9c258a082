// The questionnaire's pages without network. They are the server's own pages, rendered in advance;
// the answers live in this page's memory, and what goes to the device is sealed.

import { addPacket } from "./outbox.js";
import { seal } from "./sealing.js";
import { forgetSitting } from "./sitting.js";

const QUESTION = /^\/svar\/(\d+)$/;
const SHELL = "/offline";

export class OfflinePages {
  /** Take over from the page as the server made it, with what it knows of the sitting. */
  constructor(sitting, outbox, deliver) {
    this.sitting = sitting;
    this.outbox = outbox;
    this.deliver = deliver;
    this.language = document.documentElement.lang;
    this.answers = new Map(Object.entries(sitting.answers));
    this.hidden = new Set(sitting.hidden);
    this.changed = new Map(); // what the server has not got yet; null: undone
    this.step = "save";
    this.page = crypto.randomUUID(); // which packets are this page's
    this.pageSecret = crypto.randomUUID(); // proves to the server that this page made them
    this.secrets = new Map();
    this.latest = null; // the packet that holds everything so far
    this.isTouched = true;
    this.isLeaving = false;
    this.place = location.pathname;
    history.replaceState({ offline: true }, "");
    window.addEventListener("popstate", () => this.show(location.pathname));
    document.addEventListener("input", () => {
      this.isTouched = true;
    });
  }

  get words() {
    return this.sitting.questionnaire.languages[this.language];
  }

  get questions() {
    return this.words.questions;
  }

  text(key, count) {
    return this.words.texts[key].replace("{count}", count);
  }

  // ---- what somebody does ----

  /** Take what a form holds: an answer, or the wish to send or delete. */
  async take(form, step, isCleared) {
    if (step !== "save") return this.finish(step);
    const number = Number(QUESTION.exec(new URL(form.action).pathname)[1]);
    const question = this.questions[number - 1];
    const value = isCleared ? null : this.valueIn(form, question);
    if (value === undefined) return this.showMissing(form);
    if (value !== "kept") await this.remember(question, value);
    const next = isCleared ? number : number + 1;
    await this.goOn(next > this.questions.length ? "/gennemse" : `/svar/${next}`);
  }

  valueIn(form, question) {
    const value = new FormData(form).get("answer");
    const isHidden = this.isHidden(question.key) || this.isUnknown(question.key);
    if (question.is_text) return value.trim() || !isHidden ? value : "kept";
    if (value !== null) return value;
    return isHidden ? "kept" : undefined;
  }

  async remember(question, value) {
    this.hidden.delete(question.key);
    if (value === null) this.answers.delete(question.key);
    else this.answers.set(question.key, value);
    this.changed.set(question.key, value);
    await this.keep();
  }

  async finish(step) {
    this.step = step;
    if (step === "delete") this.changed.clear();
    await this.keep();
    await this.goOn(step === "send" ? "/tak" : "/slettet");
  }

  /** Write everything the server has not got to the device, sealed, in one packet. */
  async keep() {
    const client_id = crypto.randomUUID();
    const content = {
      answers: Object.fromEntries(this.changed),
      step: this.step,
      page_secret: this.pageSecret,
    };
    this.latest = client_id;
    this.secrets.set(client_id, this.pageSecret);
    const { ticket, public_key } = this.sitting;
    const sealed = await seal(public_key, ticket, client_id, content);
    const answer_count = this.changed.size;
    const packet = { client_id, ticket, answer_count, page: this.page, ...sealed };
    // The device may be full, or refuse: then the page's memory is all there is.
    this.isKept = await addPacket(this.outbox, packet);
  }

  /** Follow a link to one of the pages there are without network. */
  async follow(link) {
    if ("offlineLeave" in link.dataset) return this.leave();
    if (link.pathname === "/pause") {
      // Without a code nobody could come back to this response: it stays where it is.
      if (!this.sitting.has_code) return this.say(this.text("offline.banner"));
      this.step = "pause";
      await this.keep();
      return this.leave();
    }
    const isHere = QUESTION.test(link.pathname) || ["/gennemse", "/stop"].includes(link.pathname);
    if (link.getAttribute("href") === "#") return this.goOn(this.firstOpen());
    if (isHere) return this.goOn(link.pathname);
    this.say(this.text("offline.page_needs_network"));
  }

  firstOpen() {
    const index = this.questions.findIndex(
      ({ key }) => !this.answers.has(key) && !this.isHidden(key),
    );
    return index < 0 ? "/gennemse" : `/svar/${index + 1}`;
  }

  /** Leave the device to the next person: nothing of the answers stays in the page. */
  leave() {
    forgetSitting();
    location.replace(this.step === "pause" ? SHELL : "/");
  }

  /** Do what can be done with a form that is no part of the questionnaire. */
  takeOther(form) {
    if (new URL(form.action).pathname === "/sprog") {
      this.language = new FormData(form).get("language");
      this.show(this.place);
    } else this.say(this.text("offline.page_needs_network"));
  }

  // ---- the network ----

  /** Learn what became of the packets; once everything is in, go on with the server's own pages. */
  async delivered({ reached, outcomes }) {
    if (!reached || this.isLeaving) return;
    if (this.latest !== null) {
      const outcome = outcomes.get(this.latest);
      if (!outcome || outcome === "refused") return;
      this.latest = null;
      this.changed.clear();
    }
    if (this.isTouched) {
      this.say(this.text("offline.back")); // somebody is in the middle of an answer
      return;
    }
    this.goOnline(this.place);
  }

  goOnline(place) {
    this.isLeaving = true;
    location.replace(place);
  }

  /** Go to a page: the server's own if everything has come in by now, else the one from memory. */
  async goOn(place) {
    this.isTouched = false;
    if (this.place !== place) history.pushState({ offline: true }, "", place);
    this.show(place);
    this.deliver().catch(() => {});
  }

  // ---- showing ----

  show(place) {
    this.place = place;
    const words = this.words;
    const number = QUESTION.exec(place)?.[1];
    const page = number
      ? this.questions[number - 1]
      : { "/gennemse": words.review, "/stop": words.stop, "/tak": words.thanks }[place] ??
        words.deleted;
    const main = document.querySelector("main");
    main.innerHTML = page.html;
    document.title = `${page.title} – ${words.title}`;
    this.showFrame(words);
    if (number) this.fillQuestion(main, page);
    else if (place === "/gennemse") this.fillReview(main);
    else if (place === "/stop") this.fillStop(main);
    else this.fillThanks(main);
    this.say(this.text(this.isKept === false ? "offline.memory_only" : "offline.banner"));
    window.scrollTo(0, 0);
    main.focus({ preventScroll: true });
    // For scripts that have something to do on every page.
    document.dispatchEvent(new CustomEvent("page-shown"));
  }

  showFrame(words) {
    if (document.documentElement.lang === this.language) return;
    document.documentElement.lang = this.language;
    document.querySelector(".solution-heading").textContent = words.title;
    const footer = document.querySelector("footer");
    if (footer) footer.outerHTML = words.footer;
    const choice = document.querySelector('form[action="/sprog"] input[name="language"]');
    if (!choice) return;
    choice.value = this.language === "da" ? "en" : "da";
    const button = choice.form.querySelector("button");
    button.textContent = this.text("answer.layout.other_language");
    button.lang = choice.value;
  }

  /** Whether a question was answered, but the answer is not in this page's memory. */
  isHidden(key) {
    return this.hidden.has(key);
  }

  /** Whether the network went before this page could ask what was answered. */
  isUnknown(key) {
    return !this.sitting.known && !this.answers.has(key) && !this.changed.has(key);
  }

  fillQuestion(main, question) {
    const value = this.answers.get(question.key);
    if (question.is_text) main.querySelector("textarea").value = value ?? "";
    else if (value !== undefined) {
      main.querySelector(`input[name="answer"][value="${CSS.escape(value)}"]`).checked = true;
    }
    if (this.isHidden(question.key)) {
      const note = this.paragraph("alert alert-info", this.text("answer.question.answered_hidden"));
      (main.querySelector("legend") ?? main.querySelector("h1")).after(note);
    }
    if (value === undefined && !this.isHidden(question.key)) return;
    const clear = document.createElement("button");
    Object.assign(clear, { className: "button button-unstyled", name: "clear", value: "1" });
    clear.textContent = this.text("answer.question.clear");
    main.querySelector('button[type="reset"]')?.remove();
    main.querySelector(".after-actions").prepend(clear);
  }

  showMissing(form) {
    form.querySelector(".form-error-message")?.remove();
    const note = this.paragraph("form-error-message", this.text("error.answer_missing"));
    note.id = "answer-error";
    note.setAttribute("role", "alert");
    const group = form.querySelector("fieldset");
    group.setAttribute("aria-describedby", note.id);
    group.querySelector("legend").after(note);
    group.querySelector("input").focus();
  }

  fillReview(main) {
    const rows = [...main.querySelectorAll("ol.summary > li")];
    let openCount = 0;
    this.questions.forEach((question, index) => {
      const state = rows[index].querySelector("p.hint");
      const value = this.answers.get(question.key);
      if (value !== undefined) {
        const strong = document.createElement("strong");
        strong.textContent = question.is_text && value.trim()
          ? this.text("answer.review.written")
          : question.labels[value] ?? question.labels.skip ?? this.text("answer.review.open");
        state.className = "";
        state.replaceChildren(strong);
      } else if (this.isHidden(question.key)) {
        state.textContent = this.text("answer.review.hidden");
      } else if (this.isUnknown(question.key)) {
        state.textContent = this.text("offline.later");
      } else {
        openCount += 1;
        return;
      }
      const link = rows[index].querySelector("a");
      link.firstChild.textContent = this.text("answer.review.change");
    });
    this.fillOpenCount(main, openCount);
  }

  fillOpenCount(main, openCount) {
    const note = main.querySelector("p.alert");
    if (!openCount) return note?.remove();
    const key = openCount === 1 ? "answer.review.open_one" : "answer.review.open_many";
    note.textContent = this.text(key, openCount);
  }

  fillStop(main) {
    const count = new Set([...this.answers.keys(), ...this.hidden]).size;
    const many = this.text("answer.stop.count_many", "{count}");
    const wording = { 0: "answer.stop.none", 1: "answer.stop.count_one" }[count];
    const place = main.querySelector("h1 + p");
    place.textContent = place.textContent.replace(
      many, this.text(wording ?? "answer.stop.count_many", count),
    );
    if (!count && this.sitting.known) main.querySelector('form[action="/send"]').remove();
  }

  fillThanks(main) {
    const card = main.querySelector("[data-offline-withdrawal]");
    if (!card) return;
    if (this.sitting.withdrawal_code) {
      card.querySelector(".code").textContent = this.sitting.withdrawal_code;
    } else card.remove();
  }

  paragraph(className, text) {
    const made = document.createElement("p");
    made.className = className;
    made.textContent = text;
    return made;
  }

  say(text) {
    let place = document.querySelector("[data-offline-banner]");
    if (!place) {
      place = this.paragraph("alert alert-info", "");
      place.dataset.offlineBanner = "";
      place.setAttribute("role", "status");
      document.querySelector("main").prepend(place);
    }
    place.textContent = text;
  }
}
