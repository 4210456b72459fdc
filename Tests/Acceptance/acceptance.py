"""Runs the acceptance tests in order on one region; later tests build on what earlier ones made."""
import sys, time, traceback

import aws, courses, faults, hostile, kubernetes_clients, security
from bed import Bed, Failure

bed = Bed(sys.argv[1])
only = sys.argv[2:]
failed = 0
try:
    bed.start()
    for module in (courses, kubernetes_clients, aws, security, hostile, faults):
        for test in module.tests:
            name = f"{module.__name__}: {test.__name__.replace('_', ' ')}"
            if only and not any(word in name for word in only):
                continue
            begin = time.time()
            try:
                test(bed)
                print(f"ok {name} ({time.time() - begin:.1f} s)", flush=True)
            except Failure as failure:
                failed += 1
                print(f"not ok {name}\n    " + str(failure).replace("\n", "\n    "), flush=True)
            except Exception:
                failed += 1
                print(f"not ok {name}\n    " + traceback.format_exc().replace("\n", "\n    "), flush=True)
finally:
    if failed:
        print("the server's log ends with:\n" + bed.log()[-3000:])
    bed.stop()
sys.exit(1 if failed else 0)
