// Takes the stored values once; the studio reads them from here. They are large and change seldom, so that
// they do not travel again with every marker and zoom.
export default function ({ data }) {
  window.ferTrack = readTrack(data);
  window.dispatchEvent(new Event("fer-track"));
}
