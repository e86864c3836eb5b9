// The words of the text light up as they are heard: behind the text box lies its mirror, which marks them.

import { codePointPlaces } from "./places.js";

export class Words {
  #mirror;
  #text;
  #rest = document.createTextNode("");
  #places = [];
  #cursor = 0; // UTF-16 units that are in the mirror before the rest
  #words = []; // {start, end, span}
  #said = 0; // words before this one have been heard to their end

  constructor(mirror, textarea) {
    this.#mirror = mirror;
    this.#text = textarea;
    textarea.addEventListener("scroll", () => this.#follow());
    new ResizeObserver(() => this.#follow()).observe(textarea);
    textarea.addEventListener("input", () => this.clear());
  }

  // Takes the text that will be spoken, all of it still unmarked.
  begin(text) {
    this.#words = [];
    this.#said = this.#cursor = 0;
    this.#places = codePointPlaces(text);
    this.#rest = document.createTextNode(`${text}\n`); // a last line break shows only with something behind it
    this.#mirror.replaceChildren(this.#rest);
    this.#follow();
  }

  clear() {
    this.begin("");
  }

  // Takes the words of a sentence as the API tells them: places in code points, times in seconds.
  add(words) {
    for (const { start, end, start_char, end_char } of words) {
      const from = this.#places[start_char];
      const to = this.#places[end_char];
      if (from === undefined || to === undefined || from < this.#cursor || from === to) continue;
      const text = this.#rest.data;
      const span = document.createElement("span");
      span.textContent = text.slice(from - this.#cursor, to - this.#cursor);
      this.#rest.before(text.slice(0, from - this.#cursor), span);
      this.#rest.data = text.slice(to - this.#cursor);
      this.#cursor = to;
      this.#words.push({ start, end, span });
    }
  }

  // Marks what is heard at a time in seconds; null marks nothing.
  at(seconds) {
    const said = seconds === null ? 0 : this.#countUntil(seconds);
    for (let index = Math.min(said, this.#said); index < Math.max(said, this.#said); index += 1) {
      this.#words[index].span.classList.toggle("said", index < said);
      this.#words[index].span.classList.remove("now");
    }
    this.#said = said;
    const now = this.#words[said];
    const heard = now !== undefined && seconds !== null && now.start <= seconds;
    if (heard && !now.span.classList.contains("now")) this.#show(now.span);
    now?.span.classList.toggle("now", heard);
  }

  #countUntil(seconds) {
    const next = this.#words.findIndex((word) => word.end > seconds);
    return next === -1 ? this.#words.length : next;
  }

  // Scrolls the text box so that a word is seen, if only part of the text fits in.
  #show(span) {
    const box = this.#text;
    const top = span.offsetTop;
    const bottom = top + span.offsetHeight;
    if (top < box.scrollTop || bottom > box.scrollTop + box.clientHeight) {
      box.scrollTop = top - box.clientHeight / 3;
    }
  }

  #follow() {
    this.#mirror.scrollTop = this.#text.scrollTop;
  }
}
