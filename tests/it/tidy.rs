//! The house stays as it is drawn: arrows, rooms, guests, and nothing of this machine.

mod arrows;
mod guests;
mod rooms;
mod traces;
