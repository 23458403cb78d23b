/* htmx manners: progress, errors with a request id, focus after a swap, ended sessions, short addresses. */
(function () {
  "use strict";
  var P = window.Pilotage;
  var texts = document.body.dataset;
  var running = 0;

  function progress(change) {
    running = Math.max(0, running + change);
    document.documentElement.classList.toggle("is-loading", running > 0);
  }

  /* problem+json carries the sentence for people; anything else gets ours. */
  function problemText(xhr) {
    try {
      var problem = JSON.parse(xhr.responseText);
      return problem.detail || problem.title || texts.errorText;
    } catch (error) {
      return xhr.status === 403 ? texts.deniedText : texts.errorText;
    }
  }

  function requestId(xhr) {
    var id = xhr.getResponseHeader && xhr.getResponseHeader("X-Request-ID");
    return id ? texts.requestIdText + " " + id : "";
  }

  document.addEventListener("htmx:beforeRequest", function () { progress(1); });
  document.addEventListener("htmx:afterRequest", function () { progress(-1); });
  document.addEventListener("htmx:responseError", function (event) {
    P.toast("error", problemText(event.detail.xhr), requestId(event.detail.xhr));
  });
  ["htmx:sendError", "htmx:timeout"].forEach(function (name) {
    document.addEventListener(name, function () { P.toast("error", texts.offlineText, ""); });
  });

  /* A session that ended answers with the sign-in page: go there whole, never inside a panel. */
  document.addEventListener("htmx:beforeSwap", function (event) {
    var path = new URL(event.detail.xhr.responseURL || location.href, location.href).pathname;
    if (!texts.loginUrl || path !== texts.loginUrl || location.pathname === texts.loginUrl) return;
    event.detail.shouldSwap = false;
    location.assign(texts.loginUrl + "?next=" + encodeURIComponent(location.pathname + location.search));
  });

  /* Empty filter fields stay out of the address, with htmx and without; one of several of a name leaves the others in. */
  function clean(data) {
    new Set(Array.from(data.keys())).forEach(function (name) {
      var filled = data.getAll(name).filter(function (value) { return value !== ""; });
      if (filled.length === data.getAll(name).length) return;
      data.delete(name);
      filled.forEach(function (value) { data.append(name, value); });
    });
  }
  document.addEventListener("htmx:configRequest", function (event) {
    if (event.detail.elt.closest("form[data-clean]")) clean(event.detail.formData);
  });
  document.addEventListener("formdata", function (event) {
    if (event.target.matches("form[data-clean]")) clean(event.formData);
  });

  /* Focus: kept by htmx where the element still exists; otherwise the new part takes it, so the keyboard is never lost. */
  var hadFocus = false;
  document.addEventListener("htmx:beforeSwap", function (event) {
    hadFocus = event.detail.target.contains(document.activeElement) && document.activeElement !== document.body;
  });
  document.addEventListener("htmx:afterSettle", function (event) {
    var part = event.detail.elt;
    var invalid = part.querySelector("[aria-invalid=true]");
    var asked = part.querySelector("[autofocus], [data-focus]") || invalid;
    if (asked) asked.focus();
    else if (hadFocus && document.activeElement === document.body) {
      var landing = part.querySelector("h1, h2, h3, [tabindex]") || part;
      if (!landing.hasAttribute("tabindex")) landing.setAttribute("tabindex", "-1");
      landing.focus({ preventScroll: true });
    }
    hadFocus = false;
    var said = part.querySelector("[data-announce]") || (part.matches("[data-announce]") && part);
    if (said) P.announce(said.dataset.announce || said.textContent);
    P.watchToasts();
  });

  /* Content fetched for the dialog opens it; an answer that closes it carries nothing. */
  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.detail.target.id !== "dialog-body") return;
    var dialog = document.getElementById("dialog");
    if (!event.detail.target.childElementCount) dialog.close();
    else if (!dialog.open) dialog.showModal();
  });
})();
