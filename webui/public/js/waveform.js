// The waveform, which is also the slider for the position.

import { t } from "./i18n.js";

const BAR = 3; // CSS pixels
const GAP = 2;
const LEAST = 0.06; // of the height
const STEP = 1; // seconds that an arrow key moves by
const PAGE = 5;

export class Waveform extends EventTarget {
  #canvas;
  #told = null; // whole seconds that the slider has said

  constructor(canvas, player) {
    super();
    this.#canvas = canvas;
    this.player = player;
    this.expected = 0; // seconds of what is being made
    canvas.addEventListener("pointerdown", (event) => this.#drag(event));
    canvas.addEventListener("pointermove", (event) => event.buttons === 1 && this.#drag(event));
    canvas.addEventListener("keydown", (event) => this.#press(event));
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  // Seconds that the whole width stands for.
  get span() {
    const { duration, whole } = this.player;
    return whole ? duration : Math.max(this.expected, duration * 1.04);
  }

  draw() {
    const { width, height, context } = this.#cleared();
    const bars = Math.floor((width + GAP) / (BAR + GAP));
    const { player, span } = this;
    const reached = span ? (player.position / span) * width : 0;
    const { color, fill } = getComputedStyle(this.#canvas);
    for (let bar = 0; bar < bars; bar += 1) {
      const x = bar * (BAR + GAP);
      const level = span ? player.peaks.between((bar / bars) * span, ((bar + 1) / bars) * span) : 0;
      const size = Math.max(LEAST, level) * height;
      context.fillStyle = x < reached ? color : fill;
      context.beginPath();
      context.roundRect(x, (height - size) / 2, BAR, size, BAR / 2);
      context.fill();
    }
    this.#tell();
  }

  #cleared() {
    const canvas = this.#canvas;
    const scale = window.devicePixelRatio;
    const { clientWidth: width, clientHeight: height } = canvas;
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
    }
    const context = canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    return { width, height, context };
  }

  // Says where it is, once a second, so that screen readers are not flooded.
  #tell() {
    const { duration, position } = this.player;
    const now = `${Math.round(position)} ${Math.round(duration)} ${document.documentElement.lang}`;
    if (now === this.#told) return;
    this.#told = now;
    this.#canvas.setAttribute("aria-disabled", String(duration === 0));
    this.#canvas.setAttribute("aria-valuemax", duration.toFixed(1));
    this.#canvas.setAttribute("aria-valuenow", position.toFixed(1));
    const words = { at: Math.round(position), of: Math.round(duration) };
    this.#canvas.setAttribute("aria-valuetext", t("player.value", words));
  }

  #drag(event) {
    const { left, width } = this.#canvas.getBoundingClientRect();
    this.#seek(((event.clientX - left) / width) * this.span);
  }

  #press(event) {
    const { position, duration } = this.player;
    const places = {
      ArrowLeft: position - STEP,
      ArrowDown: position - STEP,
      ArrowRight: position + STEP,
      ArrowUp: position + STEP,
      PageDown: position - PAGE,
      PageUp: position + PAGE,
      Home: 0,
      End: duration,
    };
    if (!(event.key in places)) return;
    event.preventDefault();
    this.#seek(places[event.key]);
  }

  #seek(seconds) {
    if (this.player.duration) this.dispatchEvent(new CustomEvent("seek", { detail: seconds }));
  }
}
