package pgiam

import (
	"sync"

	"pgiam.org/pgiam/internal/abi"
)

// waiting is what closing a client cancels. Its owners free it, each after leave: until then, and no
// longer, others may cancel it.
type waiting struct {
	mutex   sync.Mutex
	closed  bool
	cancels map[abi.Handle]func(abi.Handle)
}

// enter lets close cancel it, also where close came in between.
func (w *waiting) enter(handle abi.Handle, cancel func(abi.Handle)) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.cancels == nil {
		w.cancels = map[abi.Handle]func(abi.Handle){}
	}
	w.cancels[handle] = cancel
	if w.closed {
		cancel(handle)
	}
}

func (w *waiting) leave(handle abi.Handle) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	delete(w.cancels, handle)
}

func (w *waiting) close() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.closed = true
	for handle, cancel := range w.cancels {
		cancel(handle)
	}
}
