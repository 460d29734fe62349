"use strict";
// Draws the charts from the data in the page: light or dark as the reader's system is, light and narrow on paper.
(function () {
  var figures = JSON.parse(document.getElementById("figures").textContent);
  var wantsDark = window.matchMedia("(prefers-color-scheme: dark)");
  var config = { displayModeBar: false, displaylogo: false, responsive: true, doubleClick: "reset", showTips: false };
  var PAPER_WIDTH = 660;

  function draw(dark, width) {
    figures.forEach(function (figure) {
      var place = document.getElementById(figure.id);
      var data = figure.data.map(function (trace, k) {
        return Object.assign({}, trace, dark ? figure.dark.data[k] : {});
      });
      var layout = Object.assign({}, dark ? figure.dark.layout : figure.layout);
      if (width) {
        layout.width = Math.min(width, place.clientWidth || width);
        layout.autosize = false;
      }
      window.Plotly.react(place, data, layout, config);
    });
  }

  function onScreen() { draw(wantsDark.matches, 0); }

  onScreen();
  wantsDark.addEventListener("change", onScreen);
  window.addEventListener("beforeprint", function () { draw(false, PAPER_WIDTH); });
  window.addEventListener("afterprint", onScreen);
})();
