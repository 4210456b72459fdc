// The first test of this target takes this one's place.
