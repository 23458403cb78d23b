/* Before the first paint: colour mode, folded navigation, and the mark that scripts run. Loaded without defer on purpose. */
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");

  function stored(key, fallback) {
    try {
      return window.localStorage.getItem(key) || fallback;
    } catch (error) {
      return fallback; // storage is barred in some private windows; the choice then lasts for this page only
    }
  }

  function store(key, value) {
    try {
      window.localStorage.setItem(key, value);
    } catch (error) {
      return;
    }
  }

  function apply(mode) {
    root.dataset.mode = mode;
    root.dataset.bsTheme = mode === "auto" ? (dark.matches ? "dark" : "light") : mode;
    document.dispatchEvent(new CustomEvent("pilotage:theme"));
  }

  root.classList.add("js");
  if (stored("pilotage-nav", "") === "rail") root.dataset.nav = "rail";
  apply(stored("pilotage-mode", "auto"));
  dark.addEventListener("change", function () {
    if (root.dataset.mode === "auto") apply("auto");
  });

  window.Pilotage = {
    setMode: function (mode) {
      store("pilotage-mode", mode);
      apply(mode);
    },
    setNav: function (value) {
      store("pilotage-nav", value);
      root.dataset.nav = value;
    },
  };
})();
