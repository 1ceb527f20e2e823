#!/bin/bash
# Recordings that a JDK here makes, and the reference ones, hold what the JDK's own tool reads in them.
. "$FLAMESCOPE_SOURCE/tests/cli/lib.sh"
for tool in python3 java jfr; do
    command -v $tool >/dev/null || { skip "no $tool: recordings of the JDK"; finish; }
done
agrees() { python3 "$FLAMESCOPE_SOURCE/tests/cli/jfr_jdk.py" "$FLAMESCOPE" "$1"; }

cat >"$scratch/Busy.java" <<'EOT'
import java.util.HashMap;
import java.util.concurrent.locks.LockSupport;

public class Busy {
    static final Object one = new Object();
    static long down(int n, long x) {
        if (n > 0)
            return n % 3 == 0 ? left(n - 1, x) : down(n - 1, x ^ n);
        for (int i = 0; i < 500; i++)
            x = x * 6364136223846793005L + i;
        return x;
    }
    static long left(int n, long x) { return down(n, x + 1); }
    static void work(long until, int id) {
        HashMap<Long, String> map = new HashMap<>();
        for (long i = 0; System.nanoTime() < until; i++) {
            long x = down((int)(i % 40), i);
            map.put(x % 100, "value " + x + new byte[64 + id].length);
            if (i % 3000 == 0)
                LockSupport.parkNanos(2000000);
            if (i % 4000 == 0)
                synchronized (one) { down(3000 % 97, i); }
        }
    }
    public static void main(String[] args) {
        long until = System.nanoTime() + 2000000000L;
        for (int i = 0; i < 6; i++) {
            int id = i;
            new Thread(() -> work(until, id), i % 2 == 0 ? "even " + i : "odd-" + i).start();
        }
    }
}
EOT
cat >"$scratch/all.jfc" <<'EOT'
<?xml version="1.0" encoding="UTF-8"?>
<configuration version="2.0">
  <event name="jdk.ExecutionSample"><setting name="enabled">true</setting><setting name="period">1 ms</setting></event>
  <event name="jdk.NativeMethodSample"><setting name="enabled">true</setting><setting name="period">5 ms</setting></event>
  <event name="jdk.ObjectAllocationSample"><setting name="enabled">true</setting><setting name="throttle">100/s</setting><setting name="stackTrace">true</setting></event>
  <event name="jdk.JavaMonitorEnter"><setting name="enabled">true</setting><setting name="threshold">0 ms</setting><setting name="stackTrace">true</setting></event>
  <event name="jdk.ThreadPark"><setting name="enabled">true</setting><setting name="threshold">0 ms</setting><setting name="stackTrace">true</setting></event>
</configuration>
EOT
if java -XX:StartFlightRecording="filename=$scratch/busy.jfr,settings=$scratch/all.jfc" \
    -XX:FlightRecorderOptions=maxchunksize=1M "$scratch/Busy.java" >"$scratch/log" 2>&1; then
    check "a recording of the JDK" agrees "$scratch/busy.jfr"
else
    skip "the JDK does not record: $(tail -n 1 "$scratch/log")"
fi
for name in shop heavy; do
    if [ -e "$FLAMESCOPE_DATA/jfr/$name.jfr" ]; then
        check "the reference's $name" agrees "$FLAMESCOPE_DATA/jfr/$name.jfr"
    else
        skip "no reference data: $name.jfr"
    fi
done
finish
