// How a text is to be spoken, as the page's controls stand.

import { read, write } from "./storage.js";

export const DEFAULTS = {
  voice: null, // the service's default
  emotion: "neutral",
  intensity: 1,
  speed: 1,
  pitch: 0,
  volume: 1,
  format: "wav",
  sample_rate: null, // the voice's own
};

const OF_THE_FILE = ["format"]; // what a stream cannot choose

// Fires "change".
export class Settings extends EventTarget {
  #values = { ...DEFAULTS, ...known(read("settings", {})) };

  get values() {
    return { ...this.#values };
  }

  set(changes) {
    this.#values = { ...this.#values, ...known(changes) };
    write("settings", this.#values);
    this.dispatchEvent(new Event("change"));
  }
}

// The fields of a request, without those that have their default anyway.
export function fields(settings) {
  const differs = ([name, value]) => value !== DEFAULTS[name];
  return Object.fromEntries(Object.entries(known(settings)).filter(differs));
}

export function streamFields(settings) {
  return Object.fromEntries(Object.entries(fields(settings)).filter(([name]) => !OF_THE_FILE.includes(name)));
}

function known(values) {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name in DEFAULTS));
}
