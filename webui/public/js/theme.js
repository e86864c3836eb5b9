// Light, dark, or as the system has it.

import { byId } from "./dom.js";
import { onLanguage, t } from "./i18n.js";
import { read, write } from "./storage.js";

const THEMES = ["auto", "light", "dark"];
const ICONS = { auto: "auto", light: "sun", dark: "moon" };

export function makeTheme(changed) {
  let theme = read("theme", "auto");
  const show = () => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    byId("theme").querySelector("use").setAttribute("href", `#i-${ICONS[theme]}`);
    byId("theme-text").textContent = t(`theme.${theme}`);
    byId("theme").title = t(`theme.${theme}`);
    changed();
  };
  byId("theme").addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    write("theme", theme);
    show();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  onLanguage(show);
}
