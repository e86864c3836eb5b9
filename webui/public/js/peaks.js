// How loud a sound is, in steps of 20 ms, while it still comes.

const STEPS = 50; // a second
const FULL = 32768;

export class Peaks {
  #levels = [];
  #size; // samples of a step
  #filled = 0; // samples of the last step
  #top = 0;

  constructor(rate = 16000) {
    this.#size = Math.round(rate / STEPS);
  }

  push(samples) {
    for (const sample of samples) {
      if (this.#filled === 0) this.#levels.push(0);
      const level = Math.abs(sample) / FULL;
      const last = this.#levels.length - 1;
      if (level > this.#levels[last]) this.#levels[last] = level;
      this.#filled = (this.#filled + 1) % this.#size;
    }
    this.#top = Math.max(this.#top, ...this.#levels.slice(-Math.ceil(samples.length / this.#size) - 1));
  }

  // From 0 to 1, in times of the loudest so far, between two places in seconds.
  between(start, end) {
    if (this.#top === 0) return 0;
    let level = 0;
    for (let step = Math.floor(start * STEPS); step < Math.max(end * STEPS, start * STEPS + 1); step += 1) {
      level = Math.max(level, this.#levels[step] ?? 0);
    }
    return level / this.#top;
  }
}
