package props

import "slices"

// task is one call to be made.
type task struct {
	state     *problemState
	point     *point
	replicate int // of the point
}

func (e *problemState) ask(q *point) task {
	q.asked++
	return task{e, q, q.asked - 1}
}

// round bounds the calls planned at once: many, so that no processor waits for the end
// of a round, yet few to remember.
const round = 1024

// plan returns the calls to be made next, at most n. Which they are depends on past
// wealth and faults only, so that each point's wealth stays a martingale. Without local mode it
// is the problems in turn. In local mode it is one call for each point and as
// many again for the worst point of each problem: half of the budget is spent where
// wealth grows.
func (t *trial) plan(n int) []task {
	var tasks []task
	asked := slices.DeleteFunc(slices.Clone(t.states), func(e *problemState) bool { return e.fault != nil })
	if t.local == 0 {
		for len(tasks) < min(n, round*len(asked)) {
			e := asked[len(tasks)%len(asked)]
			tasks = append(tasks, e.ask(e.points[0]))
		}
		return tasks
	}
	for _, e := range asked {
		worst := e.worst()
		for _, q := range e.points {
			tasks = append(tasks, e.ask(q), e.ask(worst))
		}
	}
	return tasks[:min(n, len(tasks))]
}

// budget returns the budget of calls over all problems: those that are set aside need no
// more.
func (t *trial) budget() (n int) {
	for _, e := range t.states {
		if e.fault != nil {
			n += e.calls()
		} else {
			n += t.options.calls
		}
	}
	return n
}
