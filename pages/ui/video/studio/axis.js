// The time axis of the Plotly chart: the playhead on it, a selected range, and which second a pointer means.

// The chart's time axis, and its plot area within the chart's box, or null while Plotly is still drawing.
function geometry(chart) {
  const layout = chart && chart._fullLayout;
  return layout && layout.xaxis && layout.xaxis._length ? { axis: layout.xaxis, size: layout._size } : null;
}

// Where the plot area lies within the box that holds the chart: left, top, height in pixels.
function plotArea(chart, { axis, size }) {
  const box = boxOf(chart).getBoundingClientRect(), own = chart.getBoundingClientRect();
  return { left: own.left - box.left + axis._offset, top: own.top - box.top + size.t, height: size.h };
}

function boxOf(chart) {
  return chart.closest(".st-key-timeline");
}

// A layer over the plot area. It hangs in the box, not in the chart: Plotly draws that anew at every zoom.
function layerOf(chart, name, make) {
  const box = boxOf(chart);
  let layer = box.querySelector(`:scope > .${name}`);
  if (!layer) {
    layer = document.createElement("div");
    layer.className = name;
    Object.assign(layer.style, { position: "absolute", pointerEvents: "none" });
    make(layer);
    box.style.position = "relative";
    box.appendChild(layer);
  }
  return layer;
}

// The playhead is the timeline's slider for keyboards and screen readers.
function playheadOf(chart) {
  return layerOf(chart, "playhead", (line) => {
    line.tabIndex = 0;
    line.setAttribute("role", "slider");
    line.setAttribute("aria-label", "Timeline");
    line.setAttribute("aria-orientation", "horizontal");
    Object.assign(line.style, {
      width: "2px", background: "currentColor", outlineOffset: "3px", zIndex: "5", borderRadius: "1px",
    });
    const grip = document.createElement("div");
    Object.assign(grip.style, {
      position: "absolute", left: "-5px", top: "-7px", width: "12px", height: "12px", borderRadius: "50%",
      background: "currentColor",
    });
    line.appendChild(grip);
  });
}

function selectionOf(chart) {
  return layerOf(chart, "selection", (band) => {
    band.setAttribute("aria-hidden", "true");
    Object.assign(band.style, {
      background: "rgba(90,130,210,0.20)", borderLeft: "2px solid rgb(90,130,210)",
      borderRight: "2px solid rgb(90,130,210)", boxSizing: "border-box", zIndex: "4", display: "none",
    });
  });
}

function placePlayhead(chart, seconds) {
  const found = geometry(chart);
  if (!found) return;
  const { axis } = found, area = plotArea(chart, found);
  const line = playheadOf(chart);
  const x = axis.d2p(seconds), inside = x >= -0.5 && x <= axis._length + 0.5;
  // Out of a zoomed view it stays at the edge, pale: a keyboard must still reach it.
  const edge = Math.min(Math.max(x, 0), axis._length);
  Object.assign(line.style, {
    left: `${area.left + edge - 1}px`, top: `${area.top}px`, height: `${area.height}px`,
    opacity: inside ? "0.85" : "0.15",
  });
}

function placeSelection(chart, range) {
  const found = geometry(chart);
  if (!found) return;
  const { axis } = found, area = plotArea(chart, found);
  const band = selectionOf(chart);
  if (!range) {
    band.style.display = "none";
    return;
  }
  const [a, b] = range.map((s) => Math.min(Math.max(axis.d2p(s), 0), axis._length));
  Object.assign(band.style, {
    display: b > a ? "block" : "none", left: `${area.left + a}px`, width: `${Math.max(2, b - a)}px`,
    top: `${area.top}px`, height: `${area.height}px`,
  });
}

// The second under a pointer, or NaN outside the plot area; `anywhere`: at the nearest edge instead.
function secondsAt(chart, event, anywhere) {
  const found = geometry(chart);
  if (!found) return NaN;
  const { axis, size } = found;
  const box = chart.getBoundingClientRect();
  const x = event.clientX - box.left - axis._offset;
  const y = event.clientY - box.top - size.t;
  if (anywhere) return axis.p2d(Math.min(Math.max(x, 0), axis._length));
  return x >= 0 && x <= axis._length && y >= 0 && y <= size.h ? axis.p2d(x) : NaN;
}
