// What is known of the last request: how soon it was heard, how fast it was made, whether it was kept.

import { byId, make } from "./dom.js";
import { number, onLanguage, t } from "./i18n.js";

const SHOWN = {
  first: ({ first }) => `${number(first)} ms`,
  rtf: ({ rtf }) => number(rtf, 2),
  length: ({ length }) => `${number(length, 1)} s`,
  cache: ({ cache }) => cacheWords(cache),
  total: ({ total }) => `${number(total * 1000)} ms`,
  size: ({ size }) => sizeWords(size),
};

// {first: ms, rtf, length: s, cache: {hits, all}, total: s, size: bytes}; what is not known is left out.
export class Facts {
  #facts = {};

  constructor() {
    onLanguage(() => this.show(this.#facts));
  }

  show(facts) {
    this.#facts = facts;
    const known = Object.keys(SHOWN).filter((name) => facts[name] != null);
    byId("facts").hidden = known.length === 0;
    byId("facts").replaceChildren(...known.map((name) => this.#fact(name)));
  }

  #fact(name) {
    const hit = name === "cache" && this.#facts.cache.hits === this.#facts.cache.all;
    const words = SHOWN[name](this.#facts);
    const term = make("dt", {}, t(`fact.${name}`));
    return make("div", { "data-fact": name, class: hit ? "hit" : null }, term, make("dd", {}, words));
  }
}

// One line of it, for lists.
export function told(facts) {
  const names = ["length", "first", "rtf", "cache"].filter((name) => facts[name] != null);
  return names.map((name) => `${t(`fact.${name}`)} ${SHOWN[name](facts)}`).join(" · ");
}

export function sizeWords(bytes) {
  return bytes < 1e6 ? `${number(bytes / 1e3)} kB` : `${number(bytes / 1e6, 1)} MB`;
}

function cacheWords({ hits, all }) {
  if (hits === all) return t("hit");
  return hits === 0 ? t("miss") : t("hit.some", { hits, all });
}
