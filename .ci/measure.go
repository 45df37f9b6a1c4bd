// Command measure runs a command and prints how long it took and how much memory its largest
// process had: go run .ci/measure.go COMMAND ...
//
// It stands in for GNU time, which a bare machine does not have.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "measure: name a command")
		os.Exit(2)
	}
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	start := time.Now()
	err := cmd.Run()
	var usage syscall.Rusage
	if fault := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &usage); fault != nil {
		fmt.Fprintln(os.Stderr, "measure:", fault)
		os.Exit(1)
	}
	peak := int64(usage.Maxrss) * 1024 // Linux counts in KiB
	if runtime.GOOS == "darwin" {
		peak = int64(usage.Maxrss)
	}
	cpu := time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	fmt.Printf("%.1f s, %.1f s of CPU, largest process %.2f GB\n", time.Since(start).Seconds(), cpu.Seconds(), float64(peak)/1e9)
	if err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() > 0 {
			os.Exit(exit.ExitCode())
		}
		os.Exit(1)
	}
}
