// Package sitetest is the contract of an example plugin, as tests: its manifest,
// document, logo, legal page and example sentences are in order, its pages carry
// the fields of a card, and every answer is what the document promises.
package sitetest
