// Two settings side by side, heard with the same text.

import { byId, icon, make } from "./dom.js";
import { paint } from "./emotions.js";
import { number, onLanguage, t } from "./i18n.js";
import { emotionName, miniFace } from "./picker.js";
import { DEFAULTS } from "./settings.js";
import { read, write } from "./storage.js";

const LETTERS = ["A", "B"];
const COMPARED = ["voice", "emotion", "intensity", "speed", "pitch", "volume"];

export class Comparison {
  #versions = read("versions", { A: { ...DEFAULTS }, B: { ...DEFAULTS, emotion: "happy" } });
  #playing = null;

  // `play(settings)` resolves with whether it was heard to its end.
  constructor({ settings, play }) {
    Object.assign(this, { settings, play });
    onLanguage(() => this.#show());
  }

  async #hear(letters) {
    for (const letter of letters) {
      this.#mark(letter);
      const whole = await this.play(this.#versions[letter]);
      if (this.#playing === letter) this.#mark(null);
      if (!whole) return;
    }
  }

  #mark(letter) {
    this.#playing = letter;
    for (const version of byId("versions").querySelectorAll(".version")) {
      version.dataset.playing = String(version.dataset.letter === letter);
    }
  }

  #take(letter) {
    this.#versions = { ...this.#versions, [letter]: this.settings.values };
    write("versions", this.#versions);
    this.#show();
    byId("versions").querySelector(`[data-letter="${letter}"] [data-do="take"]`).focus();
  }

  #show() {
    const both = { type: "button", class: "solid both", id: "hear-both", onclick: () => this.#hear(LETTERS) };
    const button = make("button", both, icon("swap"), t("compare.both"));
    byId("versions").replaceChildren(...LETTERS.map((letter) => this.#version(letter)), button);
  }

  #version(letter) {
    const values = this.#versions[letter];
    const button = (name, words, action, kind = "plain") =>
      make("button", { type: "button", class: kind, "data-do": name, onclick: action, "aria-label": `${letter}: ${words}` }, words);
    const version = make(
      "article",
      { class: "version", "data-letter": letter, "data-playing": "false" },
      make("header", {}, make("p", { class: "letter" }, letter), make("p", {}, emotionName(values.emotion)), miniFace(values.emotion, values.intensity)),
      make("ul", { class: "tags" }, ...COMPARED.map((name) => this.#tag(name, values))),
      make(
        "div",
        { class: "version-actions" },
        button("play", t("compare.play", { letter }), () => this.#hear([letter]), "solid"),
        button("take", t("compare.take"), () => this.#take(letter)),
        button("use", t("compare.use"), () => this.settings.set(values)),
      ),
    );
    paint(version, values.emotion);
    return version;
  }

  #tag(name, values) {
    const differs = this.#versions.A[name] !== this.#versions.B[name];
    return make("li", { class: differs ? "differs" : null }, `${t(name)} ${valueWords(name, values[name])}`);
  }
}

function valueWords(name, value) {
  if (name === "emotion") return emotionName(value);
  if (name === "voice") return value ?? t("voice.default");
  return number(value, name === "pitch" || name === "intensity" ? 1 : 2);
}
