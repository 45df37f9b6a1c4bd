package rule

import (
	"encoding/json"
	"slices"
)

// Text is a field that is a string or null, of so many characters.
func (f Faults) Text(o object, key, path string, least, most int) string {
	v, ok := o[key]
	if !ok || v == nil {
		return ""
	}
	s, ok := v.(string)
	switch n := Length(s); {
	case !ok:
		f.Addf(At(path, key), "STRING_TYPE_CONVERT", "Could not interpret \"%v\" as string.", v)
	case least > 0 && (n < least || n > most):
		f.Addf(At(path, key), "BASE_TYPE_BAD_LENGTH", "Must be between %d and %d in length.", least, most)
	case n > most:
		f.Addf(At(path, key), "BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", most)
	}
	return s
}

// Required is a text that must be there.
func (f Faults) Required(o object, key, path string, most int) string {
	if v, ok := o[key]; !ok || v == nil {
		f.Addf(At(path, key), "BASE_TYPE_REQUIRED", "This field is required")
		return ""
	}
	return f.Text(o, key, path, 1, most)
}

// List is a field that is an array or null.
func (f Faults) List(o object, key, path string, most int) []any {
	v, ok := o[key]
	if !ok || v == nil {
		return nil
	}
	l, ok := v.([]any)
	switch {
	case !ok:
		f.Addf(At(path, key), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
	case len(l) > most:
		f.Addf(At(path, key), "BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", most)
	}
	return l
}

// Choice refuses a number that is none of some.
func (f Faults) Choice(o object, key, path string, of ...int) int {
	v, ok := o[key]
	n := Integer(v)
	_, isNumber := v.(json.Number)
	switch {
	case !ok || v == nil:
		f.Addf(At(path, key), "BASE_TYPE_REQUIRED", "This field is required")
	case !isNumber || !slices.Contains(of, n):
		f.Addf(At(path, key), "BASE_TYPE_CHOICES", "Value must be one of %v.", of)
	}
	return n
}

// booleans refuses what is neither true nor false nor null.
func (f Faults) booleans(o object, path string, keys ...string) {
	for _, key := range keys {
		switch o[key].(type) {
		case nil, bool:
		default:
			f.Addf(At(path, key), "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
		}
	}
}

// objectField is a field that is an object or null.
func (f Faults) objectField(o object, key, path string) object {
	v, ok := o[key]
	if !ok || v == nil {
		return nil
	}
	in, ok := v.(object)
	if !ok {
		f.Addf(At(path, key), "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
	}
	return in
}

// integer is a field that is a whole number or null, between two bounds; none if it is not given.
func (f Faults) integer(o object, key, path string, least, most, none int) int {
	v, ok := o[key]
	if !ok || v == nil {
		return none
	}
	n, isNumber := v.(json.Number)
	i, err := n.Int64()
	switch {
	case !isNumber || err != nil:
		f.Addf(At(path, key), "NUMBER_TYPE_COERCE", "Value \"%v\" is not int.", v)
	case i < int64(least):
		f.Addf(At(path, key), "NUMBER_TYPE_MIN", "int value should be greater than or equal to %d.", least)
	case i > int64(most):
		f.Addf(At(path, key), "NUMBER_TYPE_MAX", "int value should be less than or equal to %d.", most)
	}
	return int(i)
}
