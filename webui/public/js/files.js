// Files for the person to keep.

import { make } from "./dom.js";

const OWN_TYPE = { "application/zip": "zip" };

export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

// A name for the audio of a text, such as 明天见-happy.wav.
export function fileName(text, emotion, format) {
  const plain = text.replace(/<[^>]*>/g, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  const start = [...plain].slice(0, 12).join("").trim().replaceAll(" ", "-") || "qingsheng";
  return `${start}-${emotion}.${format}`;
}

export const ending = (blob, format) => OWN_TYPE[blob.type] ?? format;
