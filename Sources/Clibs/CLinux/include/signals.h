// Signals as a descriptor.
#pragma once

// Blocks the signals for the calling thread and returns a descriptor from which their numbers are read; -1 and errno on failure.
int linux_signal_descriptor(const int *signals, int count);
// The next signal that waits there; 0 for none.
int linux_next_signal(int descriptor);
