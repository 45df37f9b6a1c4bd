package config

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// scalar decodes a single value. What is written is expanded first, so that
// "${TURNS}" may stand for a number.
func (d *decoder) scalar(key string, node ast.Node, target reflect.Value) {
	written, ok := plain(node)
	if !ok {
		d.faultf(key, "want a single value")
		return
	}
	text, ok := d.expand(key, written)
	if !ok {
		return
	}
	if text == written && holdsSecret(target.Type(), text) {
		d.literal = true
	}
	switch target.Interface().(type) {
	case string, Secret:
		target.SetString(text)
	case bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			d.faultf(key, "want true or false")
			return
		}
		target.SetBool(b)
	case int:
		n, err := strconv.Atoi(text)
		if err != nil {
			d.faultf(key, "want a whole number")
			return
		}
		target.SetInt(int64(n))
	case Money:
		amount, err := money(text)
		if err != nil {
			d.faultf(key, "%s", err)
			return
		}
		target.SetInt(int64(amount))
	case time.Duration:
		length, err := duration(text)
		if err != nil {
			d.faultf(key, "%s", err)
			return
		}
		target.SetInt(int64(length))
	default:
		panic(fmt.Sprintf("config: %s has a type that the decoder does not know: %s", key, target.Type()))
	}
}

// plain is the text of a single value, whatever YAML takes its type to be.
func plain(node ast.Node) (string, bool) {
	switch node := node.(type) {
	case *ast.NullNode:
		return "", false
	case *ast.StringNode:
		return node.Value, true
	case *ast.LiteralNode:
		return node.Value.Value, true
	case ast.ScalarNode:
		return node.GetToken().Value, true
	}
	return "", false
}

const day = 24 * time.Hour

// duration reads a length of time as Go writes it, with days before: 30d, 12h,
// 1d12h30m; a hundred years at most.
func duration(text string) (time.Duration, error) {
	wrong := errors.New("want a length of time such as 30d, 12h or 90s")
	var length time.Duration
	rest := text
	if days, after, ok := strings.Cut(text, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n < 0 || n > 36_500 {
			return 0, wrong
		}
		length, rest = time.Duration(n)*day, after
		if rest == "" {
			return length, nil
		}
	}
	more, err := time.ParseDuration(rest)
	if err != nil || more < 0 || more > 36_500*day {
		return 0, wrong
	}
	return length + more, nil
}
