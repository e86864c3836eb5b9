// What was said before, kept in this browser.

import { byId, make } from "./dom.js";
import { told } from "./facts.js";
import { onLanguage, t } from "./i18n.js";
import { tell } from "./news.js";
import { emotionName, miniFace } from "./picker.js";
import { read, write } from "./storage.js";

const MOST = 30;
const LONGEST = 5000; // characters; a longer text is not kept

export class History {
  #entries = read("history", []);

  // `restore` and `replay` are given an entry: {text, settings, facts, at}.
  constructor({ restore, replay }) {
    Object.assign(this, { restore, replay });
    byId("history-clear").addEventListener("click", () => this.#clear());
    onLanguage(() => this.#show());
  }

  // Adds an entry at the front; the same text with the same settings is there once.
  add(entry) {
    if (entry.text.length > LONGEST) return;
    const same = ({ text, settings }) => JSON.stringify([text, settings]);
    const others = this.#entries.filter((other) => same(other) !== same(entry));
    this.#keep([{ ...entry, at: Date.now() }, ...others].slice(0, MOST));
  }

  #clear() {
    this.#keep([]);
    tell("news.cleared");
  }

  #keep(entries) {
    this.#entries = entries;
    write("history", entries);
    this.#show();
  }

  #show() {
    byId("history-empty").hidden = this.#entries.length > 0;
    byId("history-clear").hidden = this.#entries.length === 0;
    byId("history").replaceChildren(...this.#entries.map((entry) => this.#item(entry)));
  }

  #item(entry) {
    const { text, settings, facts } = entry;
    const name = (key) => `${t(key)}: ${text.slice(0, 40)}`;
    const button = (key, action) =>
      make("button", { type: "button", class: "plain", "aria-label": name(key), onclick: () => action(entry) }, t(key));
    const about = [emotionName(settings.emotion), told(facts)].filter(Boolean).join(" · ");
    return make(
      "li",
      {},
      miniFace(settings.emotion, settings.intensity),
      make("div", { class: "title-box" }, make("p", { class: "title" }, text), make("p", { class: "about" }, about)),
      make("div", { class: "side" }, button("history.restore", this.restore), button("history.replay", this.replay)),
    );
  }
}
