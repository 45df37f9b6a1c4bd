package handbook

import (
	"hash/fnv"
	"image"
	"io"

	"aidesk/cmd/exampleplugins/picture"
)

// covers is the colours of the books: wall, desk, cover, ribbon.
var covers = [][4]uint32{
	{0xfef3c7, 0xb45309, 0x0f766e, 0xdc2626},
	{0xe0f2fe, 0x92400e, 0x1d4ed8, 0xf59e0b},
	{0xfce7f3, 0x7c2d12, 0x9d174d, 0x0ea5e9},
	{0xecfccb, 0xa16207, 0x3f6212, 0xe11d48},
	{0xede9fe, 0x78350f, 0x5b21b6, 0x10b981},
	{0xffedd5, 0x854d0e, 0x9a3412, 0x2563eb},
}

// desk draws an open book on a desk by a lamp. Each page has its own colours.
func desk(slug string) image.Image {
	h := fnv.New32a()
	_, _ = io.WriteString(h, slug) // a hash takes every write
	col := covers[int(h.Sum32()>>1)%len(covers)]
	wall, wood, cover, ribbon := picture.Hex(col[0]), picture.Hex(col[1]), picture.Hex(col[2]), picture.Hex(col[3])
	white, ink := picture.Hex(0xfffdf7), picture.Fade(picture.Hex(0x57534e), .55)
	c := picture.New(600, 315)
	c.Sky(picture.Mix(wall, white, .3), wall)
	c.Disc(486, 118, 150, picture.Fade(white, .35))
	c.Disc(486, 118, 100, picture.Fade(white, .45))
	c.Box(0, 248, 600, 67, wood)
	c.Box(0, 248, 600, 5, picture.Mix(wood, white, .3))
	// The lamp.
	c.Polygon(picture.Mix(cover, white, .1), 440, 118, 462, 62, 510, 62, 532, 118)
	c.Box(482, 118, 8, 126, picture.Mix(wood, picture.Hex(0x000000), .5))
	c.Polygon(picture.Mix(wood, picture.Hex(0x000000), .5), 452, 252, 464, 240, 508, 240, 520, 252)
	// The book: its cover, two halves, lines of text, a ribbon.
	c.Polygon(cover, 76, 262, 104, 92, 408, 92, 436, 262)
	c.Polygon(white, 92, 252, 116, 84, 252, 96, 256, 264)
	c.Polygon(white, 420, 252, 396, 84, 260, 96, 256, 264)
	c.Polygon(picture.Fade(ink, .25), 256, 264, 250, 96, 262, 96)
	for line := range 8 {
		y := 112 + float64(line)*17
		short := float64(h.Sum32()>>(line*3)%8) * 6
		c.Box(126-float64(line)*2.1, y, 108-short/2, 5, ink)
		c.Box(274, y, 108+float64(line)*2.1-short, 5, ink)
	}
	c.Polygon(ribbon, 250, 96, 262, 96, 266, 286, 257, 276, 248, 288)
	return c.Image()
}

// logo draws an open book.
func logo() image.Image {
	c := picture.New(256, 256)
	c.Sky(picture.Hex(0xf59e0b), picture.Hex(0xb45309))
	white, line := picture.Hex(0xffffff), picture.Hex(0xfcd34d)
	c.Polygon(white, 40, 190, 40, 66, 124, 84, 124, 208)
	c.Polygon(white, 216, 190, 216, 66, 132, 84, 132, 208)
	for i := range 4 {
		y := 104 + float64(i)*24
		c.Polygon(line, 56, y-8, 108, y+3, 108, y+11, 56, y)
		c.Polygon(line, 200, y-8, 148, y+3, 148, y+11, 200, y)
	}
	return c.Image()
}
