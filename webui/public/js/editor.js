// The text box: what is in it, how much, and what is wrong with it.

import { byId } from "./dom.js";
import { showError } from "./errors.js";
import { FIRST } from "./examples.js";
import { number, onLanguage, t } from "./i18n.js";
import { codePoints } from "./places.js";
import { read, write } from "./storage.js";

const SSML = /^\s*<speak[\s>]/i;
const LONGEST = 20_000; // characters that the browser keeps for the next visit

// Fires "change".
export class Editor extends EventTarget {
  #box = byId("text");
  #error = null;

  constructor() {
    super();
    this.#box.value = read("text", FIRST);
    this.#box.addEventListener("input", () => this.#changed());
    onLanguage(() => this.#show());
  }

  get text() {
    return this.#box.value;
  }

  // Puts a text in as if it had been typed, and goes there.
  put(text) {
    this.#box.value = text;
    this.#box.dispatchEvent(new Event("input"));
    this.#box.scrollTop = 0;
  }

  // Says what is wrong, with null that nothing is.
  complain(error) {
    this.#error = error;
    this.#show();
    if (error?.code === "empty") this.#box.focus();
  }

  #changed() {
    if (this.text.length <= LONGEST) write("text", this.text);
    if (this.#error) this.complain(null);
    this.#show();
    this.dispatchEvent(new Event("change"));
  }

  #show() {
    byId("count").textContent = t("text.count", { count: number(codePoints(this.text)) });
    byId("kind").hidden = !SSML.test(this.text);
    if (this.#error) this.#box.setAttribute("aria-invalid", "true");
    else this.#box.removeAttribute("aria-invalid");
    showError(byId("text-error"), this.#error);
  }
}
