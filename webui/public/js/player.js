// Plays sound while it still comes, from 16 bit samples, through WebAudio.

import { ApiError } from "./errors.js";
import { Peaks } from "./peaks.js";

const TICK_MS = 100;
const AHEAD = 2.5; // seconds that are handed to the audio thread; more than a sleeping tab's timer takes
const LEAD = 0.02; // seconds between handing over and hearing

// Events: "heard" when the first sound of a take is heard, "ended" at the end of the whole.
export class Player extends EventTarget {
  #context = null;
  #rate = 0;
  #pieces = []; // Int16Array, one behind the other
  #length = 0; // samples that have come
  #whole = false;
  #next = 0; // the first sample that has not been handed over
  #origin = 0; // context time at which sample 0 is, or would have been, heard
  #sources = new Set();
  #timer = 0;
  #silent = true; // nothing of this take has been heard
  peaks = new Peaks();

  get duration() {
    return this.#rate ? this.#length / this.#rate : 0;
  }

  get whole() {
    return this.#whole;
  }

  // Seconds from the start of the sound that is being heard.
  get position() {
    if (!this.#context || !this.#rate) return 0;
    const heard = this.#context.currentTime - (this.#context.outputLatency || 0) - this.#origin;
    return Math.min(Math.max(heard, 0), this.#next / this.#rate);
  }

  get playing() {
    return this.#timer !== 0 && this.#context.state === "running";
  }

  // Opens the way to the loudspeaker. Browsers allow that while a press of a button is handled.
  prepare(rate) {
    if (this.#context?.sampleRate === rate) {
      this.#context.resume();
      return;
    }
    this.#context?.close();
    try {
      this.#context = new AudioContext({ sampleRate: rate, latencyHint: "interactive" });
    } catch {
      throw new ApiError("unplayable");
    }
    this.#context.resume();
  }

  // Forgets the last take; what is pushed next is heard from its start.
  begin(rate) {
    this.stop();
    this.prepare(rate);
    this.#rate = rate;
    this.#pieces = [];
    this.#length = this.#next = 0;
    this.#whole = false;
    this.#silent = true;
    this.peaks = new Peaks(rate);
    this.#play(0);
  }

  push(samples) {
    this.#pieces.push(samples);
    this.#length += samples.length;
    this.peaks.push(samples);
    if (this.#timer) this.#hand();
  }

  // No more will come.
  end() {
    this.#whole = true;
  }

  pause() {
    this.#context?.suspend();
  }

  resume() {
    this.#context?.resume();
  }

  // Plays from a place on, in seconds, whatever was heard before.
  seek(seconds) {
    if (!this.#length) return;
    this.#context.resume();
    this.#play(Math.round(Math.min(Math.max(seconds, 0), this.duration) * this.#rate));
  }

  // Silence at once; what has come can be played again.
  stop() {
    clearInterval(this.#timer);
    this.#timer = 0;
    for (const source of this.#sources) source.stop();
    this.#sources.clear();
  }

  #play(sample) {
    this.stop();
    this.#next = sample;
    this.#origin = this.#context.currentTime + LEAD - sample / this.#rate;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#hand();
  }

  #tick() {
    this.#hand();
    this.#tellFirst();
    if (this.#whole && this.#next === this.#length && this.position >= this.duration) {
      this.stop();
      this.dispatchEvent(new Event("ended"));
    }
  }

  #tellFirst() {
    if (!this.#silent || !this.#next || this.position === 0) return;
    this.#silent = false;
    const at = performance.now() - this.position * 1000;
    this.dispatchEvent(new CustomEvent("heard", { detail: at }));
  }

  // Hands over what has come, up to AHEAD. Where it came too late, all that follows is heard later.
  #hand() {
    const context = this.#context;
    const until = (context.currentTime + AHEAD - this.#origin) * this.#rate;
    const end = Math.min(this.#length, Math.max(this.#next, Math.ceil(until)));
    if (end <= this.#next) return;
    const samples = this.#cut(this.#next, end);
    let start = this.#origin + this.#next / this.#rate;
    if (start < context.currentTime) {
      start = context.currentTime + LEAD;
      this.#origin = start - this.#next / this.#rate;
    }
    this.#next = end;
    this.#sound(samples, start);
  }

  #sound(samples, start) {
    const buffer = this.#context.createBuffer(1, samples.length, this.#rate);
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(this.#context, { buffer });
    source.connect(this.#context.destination);
    source.addEventListener("ended", () => this.#sources.delete(source));
    this.#sources.add(source);
    source.start(start);
  }

  #cut(start, end) {
    const samples = new Float32Array(end - start);
    let at = 0;
    for (const piece of this.#pieces) {
      const from = Math.max(start - at, 0);
      const to = Math.min(end - at, piece.length);
      for (let index = from; index < to; index += 1) samples[at + index - start] = piece[index] / 32768;
      at += piece.length;
      if (at >= end) break;
    }
    return samples;
  }
}
