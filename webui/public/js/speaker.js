// Speaks: takes a text and settings, has them made, plays what comes, lights up the words.

import { tell } from "./news.js";
import { number } from "./i18n.js";
import { streamFields } from "./settings.js";
import { codePoints } from "./places.js";

const SECONDS_A_CHARACTER = 0.24; // to draw a waveform whose end is not known yet

// Fires "state", with `state` idle, making, playing or paused, and "facts" with what is known of the request.
export class Speaker extends EventTarget {
  state = "idle";
  #ended = () => {};
  #pressed = 0;
  #facts = {};

  constructor({ conversation, player, words, waveform, voiceOf }) {
    super();
    Object.assign(this, { conversation, player, words, waveform, voiceOf });
    player.addEventListener("heard", ({ detail }) => this.#heard(detail));
    player.addEventListener("ended", () => this.#over(true));
    waveform.addEventListener("seek", ({ detail }) => this.seek(detail));
  }

  // Resolves with true when all of it has been heard, with false when it was cancelled.
  // Rejects with an ApiError.
  async speak(text, settings) {
    this.cancel();
    this.#pressed = performance.now();
    const heard = new Promise((resolve) => (this.#ended = resolve));
    const take = this.#ended;
    try {
      const making = this.conversation.speak(text, streamFields(settings), this.#listener(take));
      making.catch(() => {}); // awaited below, unless there is no sound to be had
      this.#begin(text, settings);
      this.player.prepare(settings.sample_rate ?? this.voiceOf(settings).sample_rate); // while it connects
      const made = await making;
      if (made && take === this.#ended) this.#made(made);
    } catch (error) {
      if (take === this.#ended) this.#over(false);
      throw error;
    }
    return heard;
  }

  cancel() {
    if (this.state === "idle") return;
    this.conversation.cancel();
    this.player.end();
    this.#over(false);
    tell("news.cancelled");
  }

  toggle() {
    if (this.state === "playing") {
      this.player.pause();
      this.#set("paused");
    } else if (this.state === "paused") {
      this.player.resume();
      this.#set("playing");
    }
  }

  seek(seconds) {
    this.player.seek(seconds);
    this.#set("playing");
  }

  #begin(text, settings) {
    this.#facts = {};
    this.words.begin(text);
    this.player.stop();
    this.waveform.expected = (codePoints(text) * SECONDS_A_CHARACTER) / settings.speed;
    this.#set("making");
    this.#tellFacts({});
    tell("news.making");
  }

  #listener(take) {
    const current = () => take === this.#ended;
    return {
      started: ({ sample_rate: rate }) => current() && this.player.begin(rate),
      sentence: ({ words }) => current() && this.words.add(words),
      sound: (samples) => current() && this.player.push(samples),
    };
  }

  #heard(at) {
    if (this.state !== "making") return;
    this.#set("playing");
    tell("news.playing");
    this.#tellFacts({ first: at - this.#pressed });
  }

  #made({ seconds, sentences, hits }) {
    this.player.end();
    const rtf = (performance.now() - this.#pressed) / 1000 / seconds;
    this.#tellFacts({ rtf, length: seconds, cache: { hits, all: sentences } });
  }

  #over(whole) {
    this.player.stop();
    this.#set("idle");
    if (whole) tell("news.done", { seconds: number(this.player.duration, 1) });
    this.#ended(whole);
  }

  #set(state) {
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }

  #tellFacts(facts) {
    this.#facts = { ...this.#facts, ...facts };
    this.dispatchEvent(new CustomEvent("facts", { detail: this.#facts }));
  }
}
