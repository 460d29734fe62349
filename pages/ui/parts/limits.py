"""What is said to everybody before a result: what an answer means and what it must not be used for."""

from fer.faces.quality import MIN_FACE_PX

MEANING = (
    "It estimates facial **expression**, not feelings. It is often wrong, and unevenly across people. "
    "“Unsure” is an answer."
)
FORBIDDEN = (
    "Not for work, hiring, school, policing, medicine or lie detection. "
    "In the EU, inferring emotions at work and in education is banned since 2 February 2025 "
    "(AI Act, Art. 5(1)(f))."
)
INFORM = "Tell everyone who is in the picture (AI Act, Art. 50(3))."
PRIVACY = (
    "Files stay in this server's memory and are not stored unless you keep a session. After you close the "
    "tab they wait there for you: until this app is stopped, or two minutes where it is public. "
    "Faces are told apart within one video only; nobody is identified."
)
LIVE_PRIVACY = (
    "The camera's pictures go to this server only, are read in its memory and are gone at once. Nothing is "
    "kept unless you record, and a recording is in its memory only, unless you keep it as a session."
)
NO_FACE_HINT = (
    f"To be read, a face has to be {MIN_FACE_PX} pixels wide and turned roughly towards the camera."
)
REMINDER = "Expression, not feelings; often wrong. Not for judging people."
