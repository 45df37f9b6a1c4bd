// Package invent makes up names, so that a plugin started with another seed is
// another world: nothing in its answers can have been known beforehand.
package invent

import (
	"math/rand/v2"
	"strings"
)

var (
	starts  = strings.Fields("bel cor dun el fal gar hal is jor kel lor mar nor or pel quen ros sel tor ul vel wen yar zel")
	middles = strings.Fields("a e i o u ae ia en or an il")
	ends    = strings.Fields("bach borg by dal den fell gate ham holm ford mere minster moor nau ria stad ton vik ville wick")
	given   = strings.Fields("Ada Ben Clio Dag Edda Finn Greta Hugo Ines Jory Kaya Lev Mina Noor Otis Pia Quinn Rosa Sami Tove Uma Vito Wren Yara")
)

// Place makes up the name of a town, such as Velamoor.
func Place(r *rand.Rand) string {
	name := pick(r, starts) + pick(r, middles) + pick(r, ends)
	return strings.ToUpper(name[:1]) + name[1:]
}

// Places makes up n towns with different names.
func Places(r *rand.Rand, n int) []string {
	return distinct(n, func() string { return Place(r) })
}

// People makes up n persons with different given names.
func People(r *rand.Rand, n int) []string {
	var names []string
	order := r.Perm(len(given))
	for _, i := range order[:min(n, len(order))] {
		names = append(names, given[i]+" "+Place(r))
	}
	return names
}

// Pairs makes n different pairs of a first and a second word, such as
// "Amber Attic". There must be at least n pairs.
func Pairs(r *rand.Rand, n int, first, second []string) []string {
	return distinct(n, func() string { return pick(r, first) + " " + pick(r, second) })
}

func pick(r *rand.Rand, words []string) string { return words[r.IntN(len(words))] }

func distinct(n int, next func() string) []string {
	var names []string
	seen := map[string]bool{}
	for len(names) < n {
		if name := next(); !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}
