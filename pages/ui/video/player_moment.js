// A button that tells the server where the video player stands when it is pressed.
const PLAYER = ".st-key-player video";

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const button = parentElement.querySelector("button");
  button.textContent = data.label;
  button.onclick = () => {
    const video = document.querySelector(PLAYER);
    if (video) setTriggerValue("time_s", video.currentTime);
  };
}
