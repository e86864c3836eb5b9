// A face that shows an emotion, moves from one to another, and speaks.

import { drawn } from "./dom.js";
import { between, lookOf } from "./emotions.js";

const MOVE_MS = 320;
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Face {
  #parts;
  #look;
  #from;
  #to;
  #started = 0;
  #frame = 0;
  #voice = 0;

  constructor(svg, emotion = "neutral", intensity = 1) {
    this.#parts = {
      body: drawn("path", { class: "body" }),
      cheeks: [drawn("ellipse", { class: "cheek" }), drawn("ellipse", { class: "cheek" })],
      eyes: [drawn("path", { class: "eye" }), drawn("path", { class: "eye" })],
      shines: [drawn("circle", { class: "shine", r: 1.1 }), drawn("circle", { class: "shine", r: 1.1 })],
      brows: [drawn("path", { class: "brow" }), drawn("path", { class: "brow" })],
      mouth: drawn("path", { class: "mouth" }),
      lip: drawn("path", { class: "lip" }),
      tear: drawn("path", { class: "tear" }),
    };
    svg.replaceChildren(...Object.values(this.#parts).flat());
    this.#look = this.#to = lookOf(emotion, intensity);
    this.#draw();
  }

  // Moves to an emotion, at once where motion is not wanted.
  show(emotion, intensity) {
    this.#from = this.#look;
    this.#to = lookOf(emotion, intensity);
    this.#started = performance.now() - (still.matches ? MOVE_MS : 0);
    cancelAnimationFrame(this.#frame);
    this.#move();
  }

  // Opens the mouth as far as the voice is loud, 0 to 1.
  speak(level) {
    const voice = still.matches ? 0 : level;
    if (voice === this.#voice) return;
    this.#voice = voice;
    this.#draw();
  }

  #move() {
    const share = Math.min(1, (performance.now() - this.#started) / MOVE_MS);
    const eased = 1 - (1 - share) ** 3;
    this.#look = share === 1 ? this.#to : between(this.#from, this.#to, eased);
    this.#draw();
    if (share < 1) this.#frame = requestAnimationFrame(() => this.#move());
  }

  #draw() {
    const look = this.#look;
    const { body, cheeks, eyes, shines, brows, mouth, lip, tear } = this.#parts;
    body.setAttribute("d", smooth(look.outline));
    for (const [index, side] of [-1, 1].entries()) {
      const x = 50 + side * look.eyeX;
      eyes[index].setAttribute("d", eye(x, look));
      set(shines[index], { cx: x + 1.2, cy: look.eyeY - look.eyeH * (0.4 - look.lid * 0.6), opacity: 1 - look.lid });
      brows[index].setAttribute("d", brow(x, side, look));
      set(cheeks[index], { cx: 50 + side * 23, cy: look.eyeY + 12, rx: 5.5, ry: 3.6, opacity: clamp(look.cheeks) * 0.6 });
    }
    const open = Math.max(0, look.open) + this.#voice * 8;
    mouth.setAttribute("d", lips(look, open));
    lip.setAttribute("d", lips(look, open));
    tear.setAttribute("d", drop(50 + look.eyeX + 2, look.eyeY + look.eyeH + 4));
    tear.setAttribute("opacity", clamp((look.tear - 0.6) * 2.5));
  }
}

const clamp = (value) => Math.min(1, Math.max(0, value));
const round = (value) => Math.round(value * 100) / 100;

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, round(value));
}

// A closed curve through the middles between the points of an outline.
function smooth(outline) {
  const count = outline.length / 2;
  const point = (index) => [outline[(index % count) * 2], outline[(index % count) * 2 + 1]];
  const middle = (index) => {
    const [[ax, ay], [bx, by]] = [point(index), point(index + 1)];
    return `${round((ax + bx) / 2)} ${round((ay + by) / 2)}`;
  };
  let path = `M${middle(0)}`;
  for (let index = 1; index <= count; index += 1) path += `Q${point(index).map(round).join(" ")} ${middle(index)}`;
  return `${path}Z`;
}

// An eye whose upper lid hangs down by `lid`, from 0 to 1.
function eye(x, { eyeY, eyeW, eyeH, lid }) {
  const top = eyeY - eyeH * (1 - 1.1 * clamp(lid));
  return `M${round(x - eyeW)} ${round(Math.max(top, eyeY - eyeH * 0.5))}C${round(x - eyeW)} ${round(top)} ${round(x + eyeW)} ${round(top)} ${round(x + eyeW)} ${round(Math.max(top, eyeY - eyeH * 0.5))}V${round(eyeY)}A${round(eyeW)} ${round(eyeH)} 0 0 1 ${round(x - eyeW)} ${round(eyeY)}Z`;
}

// `browTilt` above 0 lowers the inner end.
function brow(x, side, { browY, browTilt, browBend, browSkew }) {
  const y = browY - (side > 0 ? browSkew : 0);
  const inner = [x - side * 6.5, y + browTilt / 2];
  const outer = [x + side * 6.5, y - browTilt / 2];
  return `M${inner.map(round).join(" ")}Q${round(x)} ${round(y - browBend * 2)} ${outer.map(round).join(" ")}`;
}

function lips({ mouthY, mouthW, smile, skew }, open) {
  const [left, right] = [50 - mouthW, 50 + mouthW];
  const [ly, ry] = [mouthY - smile / 2 + skew, mouthY - smile / 2 - skew];
  const upper = mouthY + smile - open * 0.55;
  const lower = mouthY + smile + open * 1.35;
  return `M${round(left)} ${round(ly)}Q50 ${round(upper)} ${round(right)} ${round(ry)}Q50 ${round(lower)} ${round(left)} ${round(ly)}Z`;
}

function drop(x, y) {
  return `M${round(x)} ${round(y - 3.5)}c2 3 3 4.4 3 6a3 3 0 0 1-6 0c0-1.6 1-3 3-6z`;
}
