// The sliders and lists that set how a text is spoken.

import { byId, make } from "./dom.js";
import { number, onLanguage, t } from "./i18n.js";
import { DEFAULTS } from "./settings.js";

const SLIDERS = {
  intensity: (value) => number(value, 1),
  speed: (value) => `${number(value, 2)} ×`,
  pitch: (value) => t("pitch.value", { value: `${value > 0 ? "+" : ""}${number(value, 1)}` }),
  volume: (value) => `${number(value * 100)} %`,
};
const LISTS = ["voice", "format", "sample_rate"];
const NARROW = matchMedia("(max-width: 60rem)");

export class Controls {
  #known = null; // what GET /voices has told

  constructor(settings) {
    this.settings = settings;
    for (const name of Object.keys(SLIDERS)) {
      byId(name).addEventListener("input", () => settings.set({ [name]: Number(byId(name).value) }));
    }
    for (const name of LISTS) byId(name).addEventListener("change", () => this.#choose(name));
    byId("reset").addEventListener("click", () => settings.set({ ...DEFAULTS, emotion: settings.values.emotion }));
    byId("fine").open = !NARROW.matches;
    settings.addEventListener("change", () => this.#show());
    onLanguage(() => {
      this.#fill();
      this.#show();
    });
  }

  // Offers what the service has. A setting that it does not have falls back to the default.
  offer(known) {
    this.#known = known;
    const { voice, format } = this.settings.values;
    const changes = {};
    if (!known.voices.some(({ name }) => name === voice)) changes.voice = null;
    if (!known.formats.includes(format)) changes.format = DEFAULTS.format;
    this.#fill();
    this.settings.set(changes);
  }

  #choose(name) {
    const chosen = byId(name).value;
    const value = name === "sample_rate" ? Number(chosen) || null : chosen;
    this.settings.set({ [name]: name === "voice" && value === this.#known?.default ? null : value });
  }

  #fill() {
    if (this.#known === null) return;
    const { voices, formats, sample_rates: rates } = this.#known;
    const gender = ({ gender: kind }) => (kind ? ` · ${t(`gender.${kind}`)}` : "");
    options("voice", voices.map((voice) => [voice.name, voice.name + gender(voice)]));
    options("format", formats.map((name) => [name, name === "ogg" ? "OGG (Opus)" : name.toUpperCase()]));
    const own = ["", t("sample_rate.own")];
    options("sample_rate", [own, ...rates.map((rate) => [rate, `${number(rate / 1000)} kHz`])]);
  }

  #show() {
    const values = this.settings.values;
    for (const [name, told] of Object.entries(SLIDERS)) {
      const slider = byId(name);
      const part = (values[name] - slider.min) / (slider.max - slider.min);
      slider.value = values[name];
      slider.style.setProperty("--part", `${part * 100}%`);
      slider.setAttribute("aria-valuetext", told(values[name]));
      byId(`${name}-out`).textContent = told(values[name]);
    }
    byId("voice").value = values.voice ?? this.#known?.default ?? "";
    byId("format").value = values.format;
    byId("sample_rate").value = values.sample_rate ?? "";
  }
}

function options(name, pairs) {
  byId(name).replaceChildren(...pairs.map(([value, text]) => make("option", { value }, text)));
}
