package handbook

import (
	"aidesk/cmd/exampleplugins/invent"
	"aidesk/cmd/exampleplugins/site"
)

// facts is what the texts of the pages leave open.
type facts struct {
	Org, Currency             string
	HR, IT, Finance, Security string // whom to turn to

	ParentalWeeks, ParentalMonths int
	HolidayDays, CarryOver        int
	SickDays, ProbationMonths     int
	NoticeWeeks                   int
	RemoteDays, AbroadDays        int
	TrainHours, NightLimit        int
	MealLimit, ReceiptLimit       int
	LaptopYears, DeskBudget       int
	ReferralBonus                 int
	LearningBudget, LearningDays  int
}

// factsOf is the organisation of a seed.
func factsOf(cfg site.Config) facts {
	if cfg.Seed == 0 {
		return facts{
			Org: "Harbour & Vine", Currency: "EUR",
			HR: "Ines Hartmann", IT: "Otis Lindqvist", Finance: "Clio Moreau", Security: "Dag Oyelaran",
			ParentalWeeks: 26, ParentalMonths: 3, HolidayDays: 30, CarryOver: 5, SickDays: 4, ProbationMonths: 6,
			NoticeWeeks: 8, RemoteDays: 3, AbroadDays: 30, TrainHours: 5, NightLimit: 160, MealLimit: 45, ReceiptLimit: 15,
			LaptopYears: 3, DeskBudget: 800, ReferralBonus: 1500, LearningBudget: 1200, LearningDays: 5,
		}
	}
	r := cfg.Rand("handbook")
	from := func(least, most int) int { return least + r.IntN(most-least+1) }
	people := invent.People(r, 4)
	return facts{
		Org:      invent.Place(r) + " " + []string{"Works", "Press", "Foundry", "Institute", "Gardens"}[r.IntN(5)],
		Currency: []string{"EUR", "USD", "GBP", "CHF"}[r.IntN(4)],
		HR:       people[0], IT: people[1], Finance: people[2], Security: people[3],
		ParentalWeeks: from(12, 40), ParentalMonths: from(2, 6), HolidayDays: from(24, 36), CarryOver: from(3, 10),
		SickDays: from(2, 6), ProbationMonths: from(3, 6), NoticeWeeks: from(4, 12), RemoteDays: from(1, 5),
		AbroadDays: from(10, 60), TrainHours: from(3, 8), NightLimit: from(90, 220), MealLimit: from(25, 70),
		ReceiptLimit: from(5, 30), LaptopYears: from(2, 5), DeskBudget: 50 * from(6, 30), ReferralBonus: 100 * from(5, 30),
		LearningBudget: 100 * from(5, 25), LearningDays: from(2, 10),
	}
}
