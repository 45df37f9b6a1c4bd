package rule

import (
	"slices"
	"unicode/utf8"
)

// maxCells is what all cells of all tables of a message may hold together.
const maxCells = 10_000

var (
	cell = byType(map[string]rule{
		"raw_text":   shape(fields{"text!": text(1, maxCells)}),
		"raw_number": shape(fields{"value!": number(-1e300, 1e300, false), "text!": text(1, maxCells)}),
		"rich_text":  richText,
	})
	column = shape(fields{"align": oneOf("left", "center", "right"), "is_wrapped": boolean})

	dataTable = block(fields{
		"rows!": list(2, 201, list(1, 20, cell)), "caption!": text(1, 3000), "page_size": number(1, 100, true),
		"row_header_column_index": number(0, 19, true),
	}, func(c *checker, at string, o object) {
		rows := tableRows(c, at, o)
		if cellLength(rows) > 20_000 {
			c.faultf(at+"/rows", "must be less than 20001 characters over all cells")
		}
	})
)

// tableShape says that a table is a rectangle, and its settings are for its columns.
func tableShape(c *checker, at string, o object) {
	rows := tableRows(c, at, o)
	if settings, ok := o["column_settings"].([]any); ok && len(rows) > 0 {
		if first, _ := rows[0].([]any); len(settings) > len(first) {
			c.faultf(at+"/column_settings", "no more than %d items allowed", len(first))
		}
	}
}

func tableRows(c *checker, at string, o object) []any {
	rows, _ := o["rows"].([]any)
	width := -1
	for _, r := range rows {
		row, _ := r.([]any)
		if width >= 0 && len(row) != width {
			c.faultf(at+"/rows", "all rows must have the same number of cells")
			return rows
		}
		width = len(row)
	}
	return rows
}

// cellLength is how many characters stand in the cells of rows.
func cellLength(rows []any) int {
	n := 0
	for _, r := range rows {
		n += textLength(r)
	}
	return n
}

// textLength is how many characters a reader sees of blocks or of a part of one.
func textLength(v any) int {
	n := 0
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			n += textLength(e)
		}
	case object:
		for key, e := range v {
			if s, ok := e.(string); ok && slices.Contains([]string{"text", "alt_text", "title", "fallback"}, key) {
				n += utf8.RuneCountInString(s)
			} else if !ok {
				n += textLength(e)
			}
		}
	}
	return n
}

// points are what a chart shows.
var (
	chartPoints = list(1, 20, shape(fields{"label!": text(1, 20), "value!": number(-1e300, 1e300, false)}))
	lineChart   = shape(fields{
		"series!": list(1, 12, shape(fields{"name!": text(1, 20), "data!": chartPoints})),
		"axis_config!": shape(fields{
			"categories!": list(1, 20, text(1, 20)), "x_label": text(1, 50), "y_label": text(1, 50),
		}),
	})
	chart = byType(map[string]rule{
		"pie": shape(fields{"segments!": list(1, 12, shape(fields{"label!": text(1, 20), "value!": number(5e-324, 1e300, false)}))}),
		"bar": lineChart, "line": lineChart, "area": lineChart,
	})
)
