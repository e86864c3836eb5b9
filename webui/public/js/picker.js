// The emotions to pick from, each with its face; arrow keys move between them.

import { byId, drawn, make } from "./dom.js";
import { paint, USUAL } from "./emotions.js";
import { Face } from "./face.js";
import { onLanguage, t } from "./i18n.js";

export const emotionName = (emotion) => t(`emotion.${emotion}`) ?? emotion;

export function miniFace(emotion, intensity = 1) {
  const svg = drawn("svg", { class: "face", viewBox: "0 0 100 100", "aria-hidden": "true" });
  paint(svg, emotion);
  new Face(svg, emotion, intensity);
  return svg;
}

export class Picker {
  #shown = [];

  constructor(settings) {
    this.settings = settings;
    this.face = new Face(byId("face"), settings.values.emotion, settings.values.intensity);
    settings.addEventListener("change", () => this.#show());
    byId("all-emotions").addEventListener("click", () => this.#open(true));
    onLanguage(() => this.#name());
    this.offer(USUAL);
  }

  // Shows the emotions that a voice has.
  offer(emotions) {
    if (emotions.join() !== this.#shown.join()) {
      this.#shown = emotions;
      const order = [...USUAL.filter((name) => emotions.includes(name)), ...emotions.filter((name) => !USUAL.includes(name))];
      byId("emotions").replaceChildren(...order.map((emotion) => this.#choice(emotion)));
      this.#open(false);
      this.#name();
    }
    if (!emotions.includes(this.settings.values.emotion)) this.settings.set({ emotion: emotions[0] });
    this.#show();
  }

  #choice(emotion) {
    const pick = () => this.settings.set({ emotion });
    const radio = make("input", { type: "radio", name: "emotion", value: emotion, onchange: pick });
    const choice = make("label", { class: "emotion" }, radio, miniFace(emotion), make("span"));
    paint(choice, emotion);
    return choice;
  }

  // Shows all emotions, or the usual ones only.
  #open(all) {
    for (const choice of byId("emotions").children) choice.hidden = !all && !USUAL.includes(choice.dataset.emotion);
    byId("all-emotions").hidden = all || this.#shown.every((emotion) => USUAL.includes(emotion));
    if (all) byId("emotions").querySelector("input:checked").focus();
  }

  #name() {
    for (const choice of byId("emotions").children) {
      choice.lastElementChild.textContent = emotionName(choice.dataset.emotion);
    }
  }

  #show() {
    const { emotion, intensity } = this.settings.values;
    for (const choice of byId("emotions").children) {
      const chosen = choice.dataset.emotion === emotion;
      choice.querySelector("input").checked = chosen;
      if (chosen) choice.hidden = false;
    }
    paint(document.documentElement, emotion);
    this.face.show(emotion, intensity);
  }
}
