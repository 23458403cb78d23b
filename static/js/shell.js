/* The frame: colour mode, navigation, menus, notes, toasts, dialogs, keys. Everything works without it, only slower. */
(function () {
  "use strict";
  var P = window.Pilotage;
  var root = document.documentElement;
  var byId = function (id) { return document.getElementById(id); };

  P.announce = function (text) {
    var region = byId("announcer");
    if (!region) return;
    region.textContent = "";
    window.setTimeout(function () { region.textContent = text; }, 60);
  };

  /* Toasts: success fades after a while unless read with pointer or focus; errors stay until closed. */
  function watchToast(item) {
    if (item.dataset.watched) return;
    item.dataset.watched = "1";
    P.announce(item.querySelector("[data-text]").textContent);
    if (!item.matches(".tone-success, .tone-info")) return;
    window.setTimeout(function fade() {
      if (item.matches(":hover, :focus-within")) window.setTimeout(fade, 2000);
      else item.remove();
    }, 7000);
  }

  P.toast = function (tone, text, detail) {
    var item = byId("toast-template").content.firstElementChild.cloneNode(true);
    item.classList.add("tone-" + tone);
    item.querySelector("[data-text]").textContent = text;
    item.querySelector("[data-detail]").textContent = detail || "";
    byId("toasts").append(item);
    watchToast(item);
  };

  P.watchToasts = function () {
    document.querySelectorAll("#toasts > .toast-item").forEach(watchToast);
  };

  /* Menus are <details>: arrows move, Escape closes and gives focus back, a click outside closes. */
  function menuItems(menu) {
    return Array.from(menu.querySelectorAll(".menu-list :is(a, button, input):not([disabled])"));
  }

  function menuKeys(event) {
    var menu = event.target.closest("details.menu");
    if (!menu) return;
    var items = menuItems(menu);
    var at = items.indexOf(document.activeElement);
    var go = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (go !== undefined && items.length && !(event.target.matches("input[type=search]") && event.key !== "ArrowDown")) {
      event.preventDefault();
      menu.open = true;
      items[(go + items.length) % items.length].focus();
    }
  }

  function closeMenus(except) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      var chosen = except.closest(".menu-list button, .menu-list a");
      if (!menu.contains(except) || (chosen && menu.contains(chosen))) menu.open = false;
    });
  }

  /* Notes are popovers; the browser shows them, here they are put beside their button. */
  function placeNote(event) {
    var note = event.target;
    if (event.newState !== "open" || !note.matches(".note")) return;
    var button = document.querySelector('[popovertarget="' + note.id + '"]');
    if (!button) return;
    var at = button.getBoundingClientRect();
    var below = at.bottom + 6 + note.offsetHeight < window.innerHeight;
    note.style.left = Math.max(8, Math.min(at.left, window.innerWidth - note.offsetWidth - 8)) + "px";
    note.style.top = Math.max(8, below ? at.bottom + 6 : at.top - 6 - note.offsetHeight) + "px";
  }

  /* Suggestions under the search box: arrows walk through the links. */
  function suggestionKeys(event) {
    var box = event.target.closest(".searchbox");
    if (!box) return;
    var items = Array.from(box.querySelectorAll(".suggestion"));
    var at = items.indexOf(document.activeElement);
    if (event.key === "Escape") {
      box.querySelector("[data-suggestions]").replaceChildren();
      box.querySelector("input").focus();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && items.length) {
      event.preventDefault();
      var next = at + (event.key === "ArrowDown" ? 1 : -1);
      (next < 0 ? box.querySelector("input") : items[next % items.length]).focus();
    }
  }

  /* Keys: "/" search, "?" help, "g" then a letter goes to a page. Never while somebody types. */
  var waitingForPlace = 0;
  function pageKeys(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    if (waitingForPlace && Date.now() - waitingForPlace < 1500) {
      waitingForPlace = 0;
      var link = document.querySelector('[data-go="' + CSS.escape(event.key.toLowerCase()) + '"]');
      if (link) link.click();
      return;
    }
    if (event.key === "g") waitingForPlace = Date.now();
    else if (event.key === "/" && byId("search")) {
      event.preventDefault();
      byId("search").focus();
      byId("search").select();
    } else if (event.key === "?" && byId("keys")) byId("keys").showModal();
  }

  document.addEventListener("keydown", function (event) {
    menuKeys(event);
    suggestionKeys(event);
    pageKeys(event);
  });
  document.addEventListener("toggle", placeNote, true);
  document.addEventListener("click", function (event) {
    var target = event.target;
    closeMenus(target);
    if (!target.closest(".searchbox")) document.querySelectorAll("[data-suggestions]").forEach(function (box) { box.replaceChildren(); });
    var mode = target.closest("[data-set-mode]");
    if (mode) {
      P.setMode(mode.dataset.setMode);
      showMode();
    }
    if (target.closest("[data-fold-nav]")) {
      P.setNav(root.dataset.nav === "rail" ? "wide" : "rail");
      target.closest("[data-fold-nav]").setAttribute("aria-expanded", String(root.dataset.nav !== "rail"));
    }
    var opens = target.closest("[data-opens]");
    if (opens) byId(opens.dataset.opens).showModal();
    var close = target.closest("dialog [data-close], .toast-item [data-close]");
    if (!close) return;
    event.preventDefault(); // in a page of its own the same link just leads back
    var dialog = close.closest("dialog");
    if (dialog) dialog.close();
    else close.closest(".toast-item").remove();
  });

  function showMode() {
    document.querySelectorAll("[data-set-mode]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.setMode === root.dataset.mode));
    });
  }

  window.matchMedia("(min-width: 992px)").addEventListener("change", function () {
    var side = byId("side");
    if (side && side.matches(":popover-open")) side.hidePopover();
  });
  showMode();
  P.watchToasts();
})();
