/* The drop zone: the beginning of each file goes to the server, which says what it is; nothing of it is kept by that. */
(function () {
  "use strict";
  var LARGE = 1024 * 1024, SMALL = 256 * 1024, FEW = 5, HASHED = 64 * 1024 * 1024;

  function token() {
    return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  }

  /* The digest tells whether the file was here before; browsers offer it on safe connections alone. */
  function digest(file) {
    if (!window.crypto || !window.crypto.subtle || file.size > HASHED) return Promise.resolve("");
    return file.arrayBuffer()
      .then(function (content) { return window.crypto.subtle.digest("SHA-256", content); })
      .then(function (sum) {
        return Array.from(new Uint8Array(sum)).map(function (one) { return one.toString(16).padStart(2, "0"); }).join("");
      }, function () { return ""; });
  }

  function sent(files) {
    var length = files.length > FEW ? SMALL : LARGE;
    return Promise.all(files.map(digest)).then(function (digests) {
      var body = new FormData();
      files.forEach(function (file, place) {
        body.append("file", file.slice(0, length), file.name);
        body.append("size", String(file.size));
        body.append("sha256", digests[place]);
      });
      return body;
    });
  }

  function look(zone, input) {
    var files = Array.from(input.files);
    var turn = zone.dataset.turn = String(Number(zone.dataset.turn || 0) + 1);
    if (!files.length) { zone.replaceChildren(); return; }
    zone.setAttribute("aria-busy", "true");
    document.documentElement.classList.add("is-loading");
    sent(files)
      .then(function (body) {
        return fetch(zone.dataset.inspect, { method: "POST", body: body, headers: { "X-CSRFToken": token(), "HX-Request": "true" } });
      })
      .then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.text();
      })
      .then(function (html) {
        if (zone.dataset.turn !== turn) return;
        zone.innerHTML = html;
        window.htmx.process(zone);
        var said = zone.querySelector("[data-announce]");
        if (said) window.Pilotage.announce(said.dataset.announce);
      }, function () {
        if (zone.dataset.turn === turn) window.Pilotage.toast("error", document.body.dataset.offlineText, "");
      })
      .then(function () {
        zone.removeAttribute("aria-busy");
        document.documentElement.classList.remove("is-loading");
      });
  }

  function looked(event) {
    var form = event.target.closest && event.target.closest("form");
    var zone = form && form.querySelector("[data-inspect]");
    var input = zone && form.querySelector("input[type=file]");
    if (input) look(zone, input);
  }

  document.addEventListener("change", function (event) {
    if (event.target.type === "file") looked(event);
  });
  document.addEventListener("drop", function (event) {
    if (event.target.closest && event.target.closest(".dropzone")) looked(event);
  });
})();
