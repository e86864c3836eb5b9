// What each emotion looks like: the outline of its face, its eyes, brows and mouth.

const POINTS = 96;
const RADIUS = 40;

const CALM = {
  lobes: 4, swing: 0, spike: 0, tall: 1, drop: 0, lean: 0,
  eyeX: 13, eyeY: 45, eyeW: 3.6, eyeH: 4.6, lid: 0,
  browY: 35, browTilt: 0, browBend: 1.5, browSkew: 0,
  mouthY: 62, mouthW: 9, smile: 2.5, open: 0, skew: 0,
  cheeks: 0, tear: 0,
};

const LOOKS = {
  neutral: {},
  happy: { lobes: 9, swing: 0.045, tall: 0.97, eyeH: 3.9, eyeY: 44, browY: 32, browBend: 3, mouthY: 59, mouthW: 13, smile: 8.5, open: 8, cheeks: 0.75 },
  sad: { drop: 0.3, tall: 1.02, eyeY: 48, eyeH: 4, lid: 0.35, browY: 39, browTilt: -5, browBend: 0.5, mouthY: 67, mouthW: 8, smile: -5, tear: 1 },
  angry: { lobes: 11, swing: 0.075, spike: 1, eyeH: 3.9, lid: 0.3, browY: 38, browTilt: 6, browBend: 0, mouthY: 66, mouthW: 11, smile: -4.5, open: 3 },
  fear: { lobes: 16, swing: 0.032, tall: 1.05, eyeX: 14, eyeW: 5.2, eyeH: 6, browY: 31, browTilt: -4, browBend: 1, mouthY: 66, mouthW: 8, smile: -1.5, open: 4 },
  surprise: { lobes: 2, swing: -0.05, tall: 1.04, eyeX: 14, eyeW: 4.4, eyeH: 6, browY: 27, browBend: 4, mouthY: 65, mouthW: 6, smile: 0, open: 11 },
  disgust: { lobes: 3, swing: 0.055, lean: 0.5, tall: 0.95, eyeH: 3.8, lid: 0.5, browY: 39, browTilt: 3, browSkew: 4, mouthY: 65, mouthW: 10, smile: -3, skew: 3, open: 1.5 },
  calm: { lid: 0.5, browY: 37, smile: 3 },
  gentle: { lid: 0.15, browY: 33, browBend: 2.5, smile: 5.5, cheeks: 0.6 },
  relax: { lid: 0.8, tall: 0.96, smile: 5, mouthW: 10 },
  lyrical: { lid: 0.85, tall: 1.03, browY: 32, browBend: 3, mouthW: 5, smile: 1, open: 4 },
  serious: { lid: 0.2, browY: 38, browTilt: 2, browBend: 0, mouthW: 10, smile: 0 },
  disgruntled: { lid: 0.4, browY: 38, browTilt: 4, browBend: 0, mouthY: 65, smile: -3.5, skew: 1.5 },
  satisfied: { lid: 0.6, mouthW: 12, smile: 7, cheeks: 0.5 },
  disappointed: { drop: 0.14, lid: 0.5, browY: 39, browTilt: -3, mouthY: 66, smile: -3.5 },
  excited: { lobes: 12, swing: 0.06, spike: 0.6, eyeH: 5.6, browY: 30, browBend: 3, mouthY: 58, mouthW: 13, smile: 8, open: 10, cheeks: 0.6 },
  anxiety: { lobes: 18, swing: 0.025, browY: 34, browTilt: -5, mouthY: 65, smile: -2, skew: 1 },
  jealousy: { lobes: 5, swing: 0.04, lean: 0.3, lid: 0.45, browY: 38, browTilt: 4, mouthY: 64, smile: -1.5, skew: -2.5 },
  hate: { lobes: 13, swing: 0.08, spike: 1, lid: 0.45, browY: 40, browTilt: 8, browBend: 0, mouthY: 66, mouthW: 12, smile: -5 },
  pity: { lid: 0.2, browY: 36, browTilt: -4, mouthY: 64, smile: -1, cheeks: 0.2 },
  pleasure: { lobes: 6, swing: 0.03, lid: 0.7, mouthW: 11, smile: 7.5, cheeks: 0.75 },
  arousal: { lobes: 14, swing: 0.05, spike: 0.6, eyeW: 4.6, eyeH: 6, browY: 29, mouthY: 60, smile: 5, open: 6 },
  dominance: { lobes: 4, swing: -0.05, tall: 0.97, lid: 0.3, browY: 37, browTilt: 5, browBend: 2, smile: 3, skew: 2 },
};

export const USUAL = ["neutral", "happy", "sad", "angry", "fear", "surprise", "disgust"];

// Of those that css/emotions.css has no hue for.
const HUES = {
  calm: 185, gentle: 20, relax: 160, lyrical: 320, serious: 240, disgruntled: 50, satisfied: 100, disappointed: 230,
  excited: 55, anxiety: 285, jealousy: 148, hate: 15, pity: 215, pleasure: 345, arousal: 40, dominance: 272,
};

// A look with all its numbers and the points of its outline, at an intensity from 0 to 2.
export function lookOf(emotion, intensity) {
  const full = { ...CALM, ...LOOKS[emotion] };
  const share = intensity <= 1 ? intensity : 1 + (intensity - 1) * 0.45;
  const look = {};
  for (const name of Object.keys(CALM)) look[name] = CALM[name] + (full[name] - CALM[name]) * share;
  look.lobes = full.lobes;
  look.spike = full.spike;
  return { ...look, outline: outlineOf(look) };
}

// A look between two others.
export function between(from, to, share) {
  const mix = (a, b) => a + (b - a) * share;
  const look = { ...to };
  for (const name of Object.keys(CALM)) look[name] = mix(from[name], to[name]);
  look.outline = to.outline.map((value, index) => mix(from.outline[index], value));
  return look;
}

// x and y in turn, in a square of 100.
function outlineOf({ lobes, swing, spike, tall, drop, lean }) {
  const outline = [];
  for (let point = 0; point < POINTS; point += 1) {
    const angle = (point / POINTS) * 2 * Math.PI;
    const phase = lobes * (angle + Math.PI / 2 + lean);
    const wave = (1 - spike) * Math.cos(phase) + spike * (1 - 2 * Math.abs(Math.sin(phase / 2)));
    const radius = RADIUS * (1 + swing * wave);
    const x = radius * Math.cos(angle);
    const y = radius * Math.sin(angle) * tall;
    const narrow = 1 - drop * Math.max(0, -y / RADIUS) ** 1.3;
    outline.push(50 + x * narrow, 50 + y - drop * 6 * Math.max(0, -y / RADIUS));
  }
  return outline;
}

// Gives an element an emotion's colours. One that is not known here gets a hue of its own.
export function paint(element, emotion) {
  element.dataset.emotion = emotion;
  if (USUAL.includes(emotion)) element.style.removeProperty("--hue");
  else element.style.setProperty("--hue", String(HUES[emotion] ?? hueOf(emotion)));
}

function hueOf(name) {
  return [...name].reduce((sum, character) => (sum * 31 + character.codePointAt(0)) % 360, 7);
}
