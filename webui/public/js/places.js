// The API counts characters as Unicode code points, JavaScript in units of UTF-16.

// Gives for each code point, and for the end, the unit at which it starts.
export function codePointPlaces(text) {
  const places = [0];
  for (const character of text) places.push(places.at(-1) + character.length);
  return places;
}

export const codePoints = (text) => codePointPlaces(text).length - 1;
