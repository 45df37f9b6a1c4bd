package stays

import (
	"hash/fnv"
	"image"
	"image/color"
	"io"
	"math"
	"math/rand/v2"

	"aidesk/cmd/exampleplugins/picture"
)

// light is a time of day: the colours of sky, sun, walls and windows.
type light struct {
	top, bottom, sun, far, window uint32
	walls                         [4]uint32
	lit                           float64 // the share of windows with a lamp
}

var lights = []light{
	{top: 0xf9a86f, bottom: 0xfde7c8, sun: 0xfff4d6, far: 0xd98a6b, window: 0x6b4a4a, lit: .3, walls: [4]uint32{0xb5545c, 0xd9776b, 0x8a4658, 0xe3a07c}},
	{top: 0x6cb8e6, bottom: 0xe3f3fb, sun: 0xfffbe8, far: 0x9cc4d8, window: 0x3f5f78, lit: 0, walls: [4]uint32{0xf2ece0, 0xe6b89c, 0xd98c73, 0xc9d6c3}},
	{top: 0x3b2c6b, bottom: 0xf08a7b, sun: 0xffd9a0, far: 0x6a4a86, window: 0x2a2048, lit: .6, walls: [4]uint32{0x4a3a78, 0x6d4f8f, 0x3c3166, 0x8a5d92}},
	{top: 0x0b1736, bottom: 0x2f4a7a, sun: 0xf3f1dc, far: 0x1b2c55, window: 0x131d3d, lit: .7, walls: [4]uint32{0x1f2f57, 0x2b3d69, 0x182648, 0x364a78}},
}

// scene draws a stay: a row of houses by the water, in a light of its own.
// The same stay of the same seed always looks the same.
func scene(id string, seed uint64) image.Image {
	h := fnv.New64a()
	_, _ = io.WriteString(h, id)                // a hash takes every write
	r := rand.New(rand.NewPCG(seed, h.Sum64())) //nolint:gosec // a drawing, not a secret
	const w, height, quay = 600, 315, 235
	l := lights[r.IntN(len(lights))]
	c := picture.New(w, height)
	c.Sky(picture.Hex(l.top), picture.Hex(l.bottom))
	sunX, sunY := 80+r.Float64()*440, 40+r.Float64()*50
	for ring := range 4 {
		c.Disc(sunX, sunY, float64(64-ring*11), picture.Fade(picture.Hex(l.sun), .1+.08*float64(ring)))
	}
	c.Disc(sunX, sunY, 24, picture.Hex(l.sun))
	phase := r.Float64() * 6
	c.Hills(picture.Hex(l.far), func(x float64) float64 {
		return 165 + 18*math.Sin(x/70+phase) + 9*math.Sin(x/23+2*phase)
	})
	for x := -20.0; x < w; {
		width := 54 + float64(r.IntN(5))*9
		house(c, r, l, x, quay, width)
		x += width
	}
	c.Box(0, quay-6, w, 6, picture.Mix(picture.Hex(l.walls[2]), picture.Hex(0x000000), .35))
	c.Mirror(quay, picture.Fade(picture.Mix(picture.Hex(l.top), picture.Hex(0x123047), .5), .45))
	return c.Image()
}

// house draws a house with a gable or a flat roof, that stands on the line y.
func house(c *picture.Canvas, r *rand.Rand, l light, x, y, width float64) {
	wall := picture.Hex(l.walls[r.IntN(len(l.walls))])
	roof := picture.Mix(wall, picture.Hex(0x1c1020), .45)
	floors := 2 + r.IntN(3)
	top := y - 14 - float64(floors)*30
	c.Box(x, top, width, y-top, wall)
	switch r.IntN(3) {
	case 0:
		c.Polygon(roof, x-3, top, x+width/2, top-34, x+width+3, top)
	case 1:
		c.Polygon(roof, x-2, top, x+9, top-22, x+width-9, top-22, x+width+2, top)
		c.Box(x+width-22, top-34, 8, 20, roof)
	default:
		c.Box(x-2, top-5, width+4, 7, roof)
	}
	c.Box(x+width-2, top, 2, y-top, picture.Fade(roof, .5))
	columns := int(width) / 22
	gap := (width - float64(columns)*11) / float64(columns+1)
	for floor := range floors {
		for column := range columns {
			glass := picture.Hex(l.window)
			if r.Float64() < l.lit {
				glass = color.NRGBA{R: 255, G: 214, B: 120, A: 255}
			}
			wx, wy := x+gap+float64(column)*(11+gap), top+12+float64(floor)*30
			c.Box(wx-1, wy-1, 13, 18, picture.Mix(wall, picture.Hex(0xffffff), .35))
			c.Box(wx, wy, 11, 16, glass)
			c.Box(wx+5, wy, 1, 16, picture.Mix(wall, picture.Hex(0xffffff), .35))
		}
	}
}

// logo draws a house with a lit door.
func logo() image.Image {
	c := picture.New(256, 256)
	c.Sky(picture.Hex(0x14b8a6), picture.Hex(0x0f766e))
	c.Disc(196, 66, 24, picture.Hex(0xfde68a))
	c.Polygon(picture.Hex(0xffffff), 36, 138, 128, 58, 220, 138)
	c.Box(62, 130, 132, 84, picture.Hex(0xffffff))
	c.Box(108, 152, 40, 62, picture.Hex(0xf59e0b))
	c.Disc(138, 184, 4, picture.Hex(0xffffff))
	return c.Image()
}
