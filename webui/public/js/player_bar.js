// Play, pause, cancel, download: the buttons below the text, and what they show while something sounds.

import { byId } from "./dom.js";
import { ApiError } from "./errors.js";
import { fileName, save } from "./files.js";
import { onLanguage, t } from "./i18n.js";
import { tell } from "./news.js";
import { fields } from "./settings.js";

const ICONS = { idle: "play", making: "play", playing: "pause", paused: "play" };
const WORDS = { idle: "play", making: "making", playing: "pause", paused: "resume" };
const MOUTH_SECONDS = 0.06;

// Fires "heard" with an entry for the history when a text has been made to its end and is being heard.
export class PlayerBar extends EventTarget {
  #frame = 0;
  #asked = null; // {text, settings} of what is being spoken

  constructor(parts) {
    super();
    Object.assign(this, parts); // api, speaker, editor, facts, face, current, refused
    byId("play").addEventListener("click", () => this.#press());
    for (const near of ["pointerenter", "focus"]) {
      byId("play").addEventListener(near, () => this.speaker.state === "idle" && this.speaker.conversation.warm());
    }
    byId("cancel").addEventListener("click", () => this.#cancel());
    byId("download").addEventListener("click", () => this.#download());
    document.addEventListener("keydown", (event) => this.#shortcut(event));
    this.speaker.addEventListener("state", () => this.#show());
    this.speaker.addEventListener("facts", ({ detail }) => this.#learn(detail));
    onLanguage(() => this.#show());
  }

  // Speaks the text with these settings, or the current ones. Resolves with whether it was heard to its end.
  async play(settings = this.current().settings) {
    const { text } = this.current();
    if (!this.#hasText(text)) return false;
    this.#asked = { text, settings };
    try {
      return await this.speaker.speak(text, settings);
    } catch (error) {
      this.#complain(error);
      return false;
    }
  }

  #press() {
    if (this.speaker.state === "idle") this.play();
    else this.speaker.toggle();
  }

  #cancel() {
    this.speaker.cancel();
    byId("play").focus();
  }

  async #download() {
    const { text, settings } = this.current();
    if (!this.#hasText(text)) return;
    byId("download").disabled = true;
    try {
      const { blob, cache, seconds, took } = await this.api.speak({ text, ...fields(settings) });
      const name = fileName(text, settings.emotion, settings.format);
      save(blob, name);
      this.facts.show({ length: seconds, total: took, cache: { hits: cache === "hit" ? 1 : 0, all: 1 }, size: blob.size });
      tell("news.saved", { file: name });
    } catch (error) {
      this.#complain(error);
    } finally {
      byId("download").disabled = false;
      if (document.activeElement === document.body) byId("download").focus();
    }
  }

  #hasText(text) {
    this.editor.complain(text.trim() ? null : new ApiError("empty"));
    return Boolean(text.trim());
  }

  #complain(error) {
    this.editor.complain(error);
    this.refused(error);
  }

  #learn(facts) {
    this.facts.show(facts);
    const complete = facts.first !== undefined && facts.rtf !== undefined;
    if (complete) this.dispatchEvent(new CustomEvent("heard", { detail: { ...this.#asked, facts } }));
  }

  #shortcut(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.play();
    }
    if (event.key === "Escape" && this.speaker.state !== "idle" && !byId("key").open) this.#cancel();
  }

  #show() {
    const { state } = this.speaker;
    byId("play").dataset.state = state;
    byId("play").setAttribute("aria-disabled", String(state === "making"));
    byId("play").querySelector("use").setAttribute("href", `#i-${ICONS[state]}`);
    byId("play-text").textContent = t(WORDS[state]);
    byId("cancel").disabled = state === "idle";
    cancelAnimationFrame(this.#frame);
    this.#draw();
  }

  #draw() {
    const { player, words, waveform, state } = this.speaker;
    const at = player.position;
    waveform.draw();
    byId("at").textContent = clock(at);
    byId("of").textContent = clock(player.duration);
    words.at(state === "idle" ? null : at);
    this.face.speak(state === "playing" ? player.peaks.between(at, at + MOUTH_SECONDS) : 0);
    if (state !== "idle") this.#frame = requestAnimationFrame(() => this.#draw());
  }
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
