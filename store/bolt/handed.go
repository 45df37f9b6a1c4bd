package bolt

import (
	"cmp"
	"slices"

	"aidesk/store"
)

// handed holds the deliveries that were recorded as being sent by the commit that wanted
// them, until Outbox hands them out: in the order of the outbox.
type handed []handedReply

type handedReply struct {
	store.Delivery
	order uint64
}

// add adds a delivery.
func (h *handed) add(r handedReply) {
	i, _ := slices.BinarySearchFunc(*h, r, func(a, b handedReply) int { return cmp.Compare(a.order, b.order) })
	*h = slices.Insert(*h, i, r)
}

// take removes the delivery of a reply and returns it; false: there is none.
func (h *handed) take(id string) (store.Delivery, bool) {
	i := slices.IndexFunc(*h, func(r handedReply) bool { return r.ID == id })
	if i < 0 {
		return store.Delivery{}, false
	}
	d := (*h)[i].Delivery
	*h = slices.Delete(*h, i, i+1)
	return d, true
}

// first is the oldest delivery for one of the adapters.
func (h handed) first(adapters []string) (handedReply, bool) {
	i := slices.IndexFunc(h, func(r handedReply) bool { return slices.Contains(adapters, r.Adapter) })
	if i < 0 {
		return handedReply{}, false
	}
	return h[i], true
}
