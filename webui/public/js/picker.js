// The emotions to pick from, each with its face; arrow keys move between them.

import { byId, drawn, make } from "./dom.js";
import { paint } from "./emotions.js";
import { Face } from "./face.js";
import { onLanguage, t } from "./i18n.js";

const USUAL = ["neutral", "happy", "sad", "angry", "fear", "surprise", "disgust"];

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
    onLanguage(() => this.#name());
    this.offer(USUAL);
  }

  // Shows the emotions that a voice has.
  offer(emotions) {
    if (emotions.join() !== this.#shown.join()) {
      this.#shown = emotions;
      byId("emotions").replaceChildren(...emotions.map((emotion) => this.#choice(emotion)));
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

  #name() {
    for (const choice of byId("emotions").children) {
      choice.lastElementChild.textContent = emotionName(choice.dataset.emotion);
    }
  }

  #show() {
    const { emotion, intensity } = this.settings.values;
    for (const choice of byId("emotions").children) {
      choice.querySelector("input").checked = choice.dataset.emotion === emotion;
    }
    paint(document.documentElement, emotion);
    this.face.show(emotion, intensity);
  }
}
