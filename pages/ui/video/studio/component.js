// Player and timeline as one: whatever moves one moves the other, in the browser, without asking the server.
// The server hears only of what it must know: a new marker, a zoom.
const PLAYER = ".st-key-player video";
const PLAYER_BOX = ".st-key-player";
const CHART_BOX = ".st-key-timeline";
const CHART = ".st-key-timeline .js-plotly-plot";
const POPOVER = '[data-testid="stPopoverBody"]';
const OPENER = '[data-testid="stPopoverButton"][aria-expanded="true"]';
const LOOK_EVERY_MS = 250;
const SAY_EVERY_MS = 500; // values and words while it plays; the playhead moves with every picture
const DRAG_PX = 4;
const SHORTEST_S = 0.04;

const view = { boxes: true, loop: false, selecting: false, range: null, at: 0 }; // as it was, after a rerun

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const find = (name) => parentElement.querySelector(`[data-is="${name}"]`);
  const duration = () => {
    const length = video && Number.isFinite(video.duration) ? video.duration : 0;
    return Math.max(data.end_s || 0, length);
  };
  const gone = new AbortController(), { signal } = gone; // ends what is listened to, but for the video's
  let video = null, chart = null, drag = null, frame = 0, said = 0, from = null;

  if (data.clip !== view.clip) {
    Object.assign(view, { clip: data.clip, range: null, loop: false, at: data.start_s || 0 });
  }

  const now = () => (video ? video.currentTime : view.at);
  const playing = () => Boolean(video && !video.paused && !video.ended);

  function seek(seconds) {
    const at = Math.max(0, Math.min(seconds, duration()));
    if (video) video.currentTime = Math.min(at, Number.isFinite(video.duration) ? video.duration : at);
    view.at = at;
    follow(true);
  }

  function play(on) {
    if (!video) return;
    if (on) video.play().catch(() => {});
    else video.pause();
  }

  function step(count) {
    // Half a frame further on: a time that lies on a border would show the frame before.
    const length = data.frame_s || 0.04;
    play(false);
    seek((Math.floor(now() / length + 1e-3) + count + 0.5) * length);
  }

  function select(start, end) {
    const range = [Math.min(start, end), Math.max(start, end)];
    view.range = range[1] - range[0] >= SHORTEST_S ? range : null;
    if (!view.range) view.loop = false;
    follow(true);
  }

  function loop(on) {
    view.loop = on && Boolean(view.range);
    if (view.loop && (now() < view.range[0] || now() >= view.range[1])) seek(view.range[0]);
    if (view.loop) play(true);
    follow(true);
  }

  function mark(kind) {
    const range = kind === "event" ? [now(), now()] : view.range;
    if (!range) return;
    setTriggerValue("marked", { kind, start_s: range[0], end_s: range[1] });
    if (kind !== "event" && !view.loop) done();
  }

  // A range that was marked is selected no longer: it would lie over its own mark. Its buttons go, and
  // whoever stood on one of them stands on the timeline.
  function done() {
    const stood = parentElement.querySelector("button:focus");
    select(0, 0);
    if (stood && chart) playheadOf(chart).focus({ preventScroll: true });
  }

  function zoom(range) {
    if (range && !view.loop) view.range = null; // it would cover the whole chart
    setTriggerValue("zoomed", range ? { start_s: range[0], end_s: range[1] } : { start_s: null, end_s: null });
  }

  function zoomBy(factor) {
    const found = geometry(chart);
    if (!found) return;
    const [start, end] = found.axis.range.map(Number), width = (end - start) * factor;
    const whole = [data.start_s, data.end_s];
    if (width >= whole[1] - whole[0]) return zoom(null);
    const low = Math.min(Math.max(now() - width / 2, whole[0]), whole[1] - width);
    zoom([low, low + Math.max(width, data.step_s * 4)]);
  }

  // What is at the playhead, where people see it and where a screen reader finds it.
  function say() {
    const track = window.ferTrack;
    const faces = track ? facesAt(track, now(), data.chosen) : [];
    const words = faces.map((face) => `${face.person.name} ${face.words}`).join(", ") || "nobody is read";
    find("clock").textContent = `${clock(now())} / ${clock(duration())}`;
    if (chart) {
      const line = playheadOf(chart);
      line.setAttribute("aria-valuemin", "0");
      line.setAttribute("aria-valuemax", duration().toFixed(1));
      line.setAttribute("aria-valuenow", (Math.round(10 * now()) / 10).toFixed(1));
      line.setAttribute("aria-valuetext", `${clock(now())} of ${clock(duration())}: ${words}`);
    }
    showValues(find("values"), track, faces);
    find("range").textContent = view.range
      ? `${clock(view.range[0])} to ${clock(view.range[1])}` : data.hint;
    for (const name of ["loop", "zoom", "mark-range", "exclude", "clear"]) find(name).hidden = !view.range;
    find("play").textContent = playing() ? "Pause" : "Play";
    find("play").hidden = find("boxes").hidden = !video;
    for (const [name, on] of [["loop", view.loop], ["boxes", view.boxes], ["select", view.selecting]]) {
      find(name).setAttribute("aria-pressed", String(on));
    }
  }

  function follow(all) {
    const track = window.ferTrack;
    if (chart && !chart.isConnected) chart = null; // drawn anew: `bind` finds the new one
    if (view.loop && view.range && video && playing() && now() >= view.range[1]) video.currentTime = view.range[0];
    if (video) {
      view.at = video.currentTime;
      // The words stand once: at the faces, or as subtitles.
      for (const words of video.textTracks) {
        const mode = view.boxes && track ? "hidden" : "showing";
        if (words.mode !== mode) words.mode = mode;
      }
      if (view.boxes && track) drawFaces(video, facesAt(track, now(), data.chosen));
      else clearFaces(video);
    }
    if (chart) {
      placePlayhead(chart, now());
      placeSelection(chart, view.range);
    }
    const time = performance.now();
    if (all || time - said >= SAY_EVERY_MS) {
      said = time;
      say();
    }
  }

  const ride = () => {
    follow(false);
    frame = playing() ? requestAnimationFrame(ride) : 0;
    if (!frame) follow(true);
  };
  const start = () => { if (!frame) frame = requestAnimationFrame(ride); };
  const changed = () => follow(true);
  // Where the server wants the player: it may have said so before the player was there.
  const asked = () => {
    const wish = window.ferSeek;
    if (!wish || !(video || chart)) return;
    window.ferSeek = null;
    seek(wish.seek_s);
    if (wish.play) play(true);
  };

  const press = (event) => {
    if (!event.isPrimary || event.button !== 0) return;
    const seconds = secondsAt(chart, event);
    if (!Number.isFinite(seconds)) return;
    drag = { x: event.clientX, from: seconds, selects: event.shiftKey || view.selecting, moved: false };
    playheadOf(chart).focus({ preventScroll: true });
    if (drag.selects) event.preventDefault();
  };
  const move = (event) => {
    if (!drag || !chart || !event.isPrimary) return;
    drag.moved = drag.moved || Math.abs(event.clientX - drag.x) > DRAG_PX;
    if (!drag.moved) return;
    const seconds = secondsAt(chart, event, true);
    if (drag.selects) select(drag.from, seconds);
    else seek(seconds);
  };
  const release = (event) => {
    if (!drag || !chart || !event.isPrimary) return;
    if (!drag.moved && event.type === "pointerup") {
      if (drag.selects) select(0, 0);
      seek(drag.from);
    }
    drag = null;
  };

  const actions = {
    play: () => play(!playing()),
    back: () => step(-1),
    forward: () => step(1),
    boxes: () => { view.boxes = !view.boxes; follow(true); },
    select: () => { view.selecting = !view.selecting; follow(true); },
    loop: () => loop(!view.loop),
    zoom: () => zoom(view.range),
    mark: () => mark("event"),
    "mark-range": () => mark("range"),
    exclude: () => mark("exclusion"),
    clear: () => select(0, 0),
  };
  const keys = {
    " ": actions.play, k: actions.play, ArrowLeft: () => step(-1), ArrowRight: () => step(1),
    ArrowDown: () => step(-1), ArrowUp: () => step(1),
    PageDown: () => seek(now() - 1), PageUp: () => seek(now() + 1),
    Home: () => seek(data.start_s || 0), End: () => seek(duration()),
    i: () => { from = now(); select(from, view.range ? view.range[1] : from); },
    o: () => select(from ?? (view.range ? view.range[0] : data.start_s || 0), now()),
    l: actions.loop, m: actions.mark, g: actions["mark-range"], x: actions.exclude, b: actions.boxes,
    z: () => view.range && zoom(view.range), "+": () => zoomBy(0.5), "-": () => zoomBy(2), 0: () => zoom(null),
    Escape: actions.clear,
  };
  const keyed = (event) => {
    const target = event.composedPath()[0];
    const typing = target.closest && target.closest("input, textarea, select, [contenteditable=true]");
    const pressing = target.closest && target.closest("button, a, summary, [role=radio], [role=option]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (pressing && [" ", "Enter"].includes(event.key)) return;
    if (target.tagName === "VIDEO" && event.key === " ") return; // the player's own
    const far = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const act = event.shiftKey && far ? () => seek(now() + far) : keys[event.key] || keys[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  // Letters work where player, timeline or their buttons have the focus, and nowhere else on the page.
  const areas = () => [document.querySelector(PLAYER_BOX), document.querySelector(CHART_BOX), parentElement];
  let heard = [];

  const attend = (event) => {
    const place = event.type === "focusin" ? ".playhead" : CHART_BOX;
    view.focused = Boolean(event.target.closest && event.target.closest(place));
    const unfolded = event.target.closest && event.target.closest(POPOVER);
    view.opener = unfolded ? document.querySelector(OPENER) : null;
  };
  const events = ["timeupdate", "seeked", "loadedmetadata", "pause", "ended"];
  // What the server took for playable may still be beyond this one browser: said here, never a dead player.
  const complain = () => {
    if (!video || !video.error || video.parentElement.querySelector(":scope > .player-trouble")) return;
    const line = document.createElement("p");
    line.className = "player-trouble";
    line.setAttribute("role", "status");
    line.textContent = data.trouble || "";
    video.after(line);
  };
  const hold = (element, on) => {
    if (!element) return;
    const listen = on ? "addEventListener" : "removeEventListener";
    for (const name of events) element[listen](name, changed);
    element[listen]("play", start);
    element[listen]("error", complain);
  };
  const bind = () => {
    const newVideo = document.querySelector(PLAYER);
    if (newVideo !== video) {
      hold(video, false);
      video = newVideo;
      hold(video, true);
      if (video && playing()) start();
      follow(true);
    }
    complain();
    const newChart = document.querySelector(CHART);
    if (newChart !== chart) {
      if (chart) chart.removeEventListener("pointerdown", press, true);
      chart = newChart;
      if (chart) {
        chart.addEventListener("pointerdown", press, { capture: true, signal });
        chart.style.touchAction = "pan-y";
        follow(true);
      }
    }
    const places = areas();
    places.forEach((place, k) => {
      if (place === heard[k]) return;
      if (heard[k]) heard[k].removeEventListener("keydown", keyed);
      if (place) place.addEventListener("keydown", keyed, { signal });
    });
    heard = places;
    // Plotly draws anew after a zoom, and the playhead with it: who was on the timeline stays there.
    if (chart && view.focused && document.activeElement === document.body) {
      playheadOf(chart).focus({ preventScroll: true });
    }
    // A popover that is folded once its work is done takes the focus with it: its button gets it.
    if (view.opener && document.activeElement === document.body && !document.querySelector(POPOVER)) {
      view.opener.focus({ preventScroll: true });
      view.opener = null;
    }
    asked();
    if (!frame) follow(false);
  };

  for (const [name, act] of Object.entries(actions)) find(name).onclick = act;
  for (const name of ["focusin", "pointerdown"]) document.addEventListener(name, attend, { signal });
  window.addEventListener("fer-track", changed, { signal });
  window.addEventListener("fer-seek", asked, { signal });
  window.addEventListener("pointermove", move, { capture: true, signal });
  for (const name of ["pointerup", "pointercancel"]) {
    window.addEventListener(name, release, { capture: true, signal });
  }
  bind();
  follow(true);
  const timer = setInterval(bind, LOOK_EVERY_MS);
  return () => {
    clearInterval(timer);
    cancelAnimationFrame(frame);
    gone.abort();
    hold(video, false);
    clearFaces(video);
  };
}
