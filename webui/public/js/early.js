// Runs before the page is painted, so that it neither flashes in the wrong colours nor in the wrong language.
(function () {
  "use strict";
  const root = document.documentElement;
  const kept = (name) => {
    try {
      return JSON.parse(localStorage.getItem(`qingsheng.${name}`));
    } catch {
      return null;
    }
  };
  const theme = kept("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  const wanted = kept("language") ?? navigator.languages.find((tag) => /^(zh|en)\b/i.test(tag)) ?? "en";
  root.lang = /^zh/i.test(wanted) ? "zh-CN" : "en";
})();
