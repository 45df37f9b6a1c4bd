// Package picture draws the logos and scenes of the example plugins: flat
// shapes with smooth edges, from discs, boxes, polygons and hills. It is small
// on purpose; a plugin with photographs would simply serve them.
package picture

import (
	"image"
	"image/color"
	"math"
	"slices"
)

// scale is how much finer a canvas is than its picture; the mean of the finer
// pixels, two by two, is what makes edges smooth.
const scale = 2

// Canvas is a drawing in progress. Lengths are in pixels of the picture, from
// its left upper corner; colours with an alpha below 255 let through what is
// beneath.
type Canvas struct {
	w, h int
	fine *image.RGBA
}

// New makes a black canvas of the given size.
func New(w, h int) *Canvas {
	c := &Canvas{w: w, h: h, fine: image.NewRGBA(image.Rect(0, 0, w*scale, h*scale))}
	c.Box(0, 0, float64(w), float64(h), color.NRGBA{A: 255})
	return c
}

// Hex is a colour written as 0xrrggbb.
func Hex(rgb uint32) color.NRGBA {
	return color.NRGBA{R: byte(rgb >> 16), G: byte(rgb >> 8), B: byte(rgb), A: 255}
}

// Fade is c with another alpha, from 0 (not there) to 1.
func Fade(c color.NRGBA, alpha float64) color.NRGBA {
	c.A = byte(255 * min(max(alpha, 0), 1))
	return c
}

// Mix is the colour between a (at 0) and b (at 1).
func Mix(a, b color.NRGBA, at float64) color.NRGBA {
	at = min(max(at, 0), 1)
	mix := func(x, y byte) byte { return byte(float64(x)*(1-at) + float64(y)*at) }
	return color.NRGBA{R: mix(a.R, b.R), G: mix(a.G, b.G), B: mix(a.B, b.B), A: mix(a.A, b.A)}
}

// Sky fills the canvas from the top colour to the bottom one.
func (c *Canvas) Sky(top, bottom color.NRGBA) {
	height := c.h * scale
	for y := range height {
		c.span(y, 0, c.w*scale, Mix(top, bottom, float64(y)/float64(height-1)))
	}
}

// Box draws a rectangle.
func (c *Canvas) Box(x, y, w, h float64, col color.NRGBA) {
	for row := fine(y); row < fine(y+h); row++ {
		c.span(row, fine(x), fine(x+w), col)
	}
}

// Disc draws a disc around x, y.
func (c *Canvas) Disc(x, y, radius float64, col color.NRGBA) {
	for row := fine(y - radius); row <= fine(y+radius); row++ {
		dy := (float64(row)+.5)/scale - y
		if half := radius*radius - dy*dy; half > 0 {
			half = math.Sqrt(half)
			c.span(row, fine(x-half), fine(x+half), col)
		}
	}
}

// Polygon draws the area within the corners x0, y0, x1, y1, and so on.
func (c *Canvas) Polygon(col color.NRGBA, corners ...float64) {
	n := len(corners) / 2
	top, bottom := math.Inf(1), math.Inf(-1)
	for i := range n {
		top, bottom = min(top, corners[2*i+1]), max(bottom, corners[2*i+1])
	}
	for row := fine(top); row <= fine(bottom); row++ {
		y := (float64(row) + .5) / scale
		var cuts []float64
		for i := range n {
			j := (i + 1) % n
			x0, y0, x1, y1 := corners[2*i], corners[2*i+1], corners[2*j], corners[2*j+1]
			if (y0 <= y) != (y1 <= y) {
				cuts = append(cuts, x0+(y-y0)/(y1-y0)*(x1-x0))
			}
		}
		slices.Sort(cuts)
		for i := 0; i+1 < len(cuts); i += 2 {
			c.span(row, fine(cuts[i]), fine(cuts[i+1]), col)
		}
	}
}

// Hills draws everything below the line that top gives for each x.
func (c *Canvas) Hills(col color.NRGBA, top func(x float64) float64) {
	tops := make([]int, c.w*scale)
	for x := range tops {
		tops[x] = fine(top(float64(x) / scale))
	}
	for row := max(0, slices.Min(tops)); row < c.h*scale; row++ {
		from := -1 // where the run of columns begins whose hill is this high
		for x, t := range tops {
			switch {
			case t <= row && from < 0:
				from = x
			case t > row && from >= 0:
				c.span(row, from, x, col)
				from = -1
			}
		}
		if from >= 0 {
			c.span(row, from, len(tops), col)
		}
	}
}

// Mirror lets what is above the line y appear below it, dimmed by col and
// broken into waves, as still water does.
func (c *Canvas) Mirror(y float64, col color.NRGBA) {
	line, width := fine(y), c.w*scale
	for row := line; row < c.h*scale; row++ {
		above := c.row(max(0, 2*line-row-1))
		shift := int(math.Sin(float64(row-line)/5) * (1 + float64(row-line)/40) * scale)
		from, to := max(0, -shift), min(width, width-shift)
		copy(c.row(row), above) // the margins that the shift leaves open
		copy(c.row(row)[4*from:4*to], above[4*(from+shift):])
		c.span(row, 0, width, col)
	}
}

// Image is the finished picture.
func (c *Canvas) Image() image.Image {
	img := image.NewRGBA(image.Rect(0, 0, c.w, c.h))
	for y := range c.h {
		upper, lower := c.row(y*scale), c.row(y*scale+1)
		out := img.Pix[y*img.Stride : (y+1)*img.Stride]
		for i := 0; i < len(out); i += 4 {
			j := i * scale
			a, b, d, e := upper[j:j+4:j+4], upper[j+4:j+8:j+8], lower[j:j+4:j+4], lower[j+4:j+8:j+8]
			for k := range 4 {
				out[i+k] = byte((int(a[k]) + int(b[k]) + int(d[k]) + int(e[k])) / (scale * scale))
			}
		}
	}
	return img
}

// row is the fine pixels of one row, four bytes each.
func (c *Canvas) row(row int) []byte {
	return c.fine.Pix[row*c.fine.Stride : (row+1)*c.fine.Stride]
}

func fine(v float64) int { return int(math.Round(v * scale)) }

// span lays a colour over the fine pixels from x0 up to x1 of one row.
func (c *Canvas) span(row, x0, x1 int, col color.NRGBA) {
	if row < 0 || row >= c.h*scale {
		return
	}
	x0, x1 = max(x0, 0), min(x1, c.w*scale)
	if x0 >= x1 {
		return
	}
	pixels := c.row(row)[4*x0 : 4*x1]
	if col.A == 255 {
		done := copy(pixels, []byte{col.R, col.G, col.B, 255})
		for done < len(pixels) {
			done += copy(pixels[done:], pixels[:done])
		}
		return
	}
	above, a := [3]int{int(col.R), int(col.G), int(col.B)}, int(col.A)
	for i := 0; i < len(pixels); i += 4 {
		for k := range above {
			pixels[i+k] = byte((int(pixels[i+k])*(255-a) + above[k]*a) / 255)
		}
	}
}
