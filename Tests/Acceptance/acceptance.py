"""Runs the acceptance tests in order, each part on a region of its own; later tests of a part build on what earlier ones made."""
import os, shutil, sys, time, traceback
from concurrent.futures import ThreadPoolExecutor

import addons, aws, connections, courses, crash, custom_resources, disk, faults, hostile, kubelet_api, kubernetes_clients, machines, nodes, security, services, several, streams, surroundings, vpc
from bed import Bed, Failure

only = sys.argv[2:]
failed = 0


def run(kind, modules, make=Bed):
    """Runs the chosen tests of some modules on a fresh region with that kind of machines."""
    global failed
    chosen = [(test, f"{module.__name__}: {test.__name__.replace('_', ' ')}") for module in modules for test in module.tests]
    chosen = [(test, name) for test, name in chosen if not only or any(word in name for word in only)]
    if not chosen:
        return
    bed = make(sys.argv[1], kind)
    broken = False
    try:
        bed.start()
        for test, name in chosen:
            begin = time.time()
            try:
                test(bed)
                print(f"ok {name} ({time.time() - begin:.1f} s)", flush=True)
            except Failure as failure:
                (failed, broken) = (failed + 1, True)
                print(f"not ok {name}\n    " + str(failure).replace("\n", "\n    "), flush=True)
            except Exception:
                (failed, broken) = (failed + 1, True)
                print(f"not ok {name}\n    " + traceback.format_exc().replace("\n", "\n    "), flush=True)
    finally:
        if broken:
            print("the server's log ends with:\n" + bed.log()[-3000:])
        bed.stop()


# Waiters of the CLI look every half minute, so this part runs beside the others.
with ThreadPoolExecutor(1) as beside:
    waiting = beside.submit(run, "simulated", (aws,))
    run("simulated", (courses, kubernetes_clients, custom_resources, addons, security, hostile, connections, faults))
# A part that cannot begin fails the run.
waiting.result()
run("simulated", (crash,))
if shutil.which("etcd") and os.geteuid() == 0:
    run("simulated", (several,), several.Several)
else:
    print("several servers need etcd, and root for hosts of their own: their tests are left out")
if os.geteuid() == 0:
    run("simulated", (disk,))
    run("real", (nodes,))
    run("real", (kubelet_api,))
    run("real", (services,))
    run("real", (streams,))
    run("real", (surroundings,))
    run("real", (vpc,))
    run("real", (machines,))
else:
    print("real machines need root: their tests are left out")
sys.exit(1 if failed else 0)
