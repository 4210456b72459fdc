"""Runs the acceptance tests, each part on a region of its own; later tests of a part build on what earlier ones made."""
import os, shutil, sys, time, traceback
from concurrent.futures import ThreadPoolExecutor

import addons, aws, connections, courses, crash, custom_resources, disk, faults, hostile, kubelet_api, kubernetes_clients, machines, nodes, security, services, several, streams, surroundings, vpc
from bed import Bed, Failure

only = sys.argv[2:]
failed = []


def run(kind, modules, make=Bed):
    """Runs the chosen tests of some modules on a fresh region with that kind of machines."""
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
            except Exception as error:
                broken = True
                failed.append(name)
                text = str(error) if isinstance(error, Failure) else traceback.format_exc()
                print(f"not ok {name}\n    " + text.replace("\n", "\n    "), flush=True)
    finally:
        if broken:
            print("the server's log ends with:\n" + bed.log()[-3000:])
        bed.stop()


def simulated():
    run("simulated", (courses, kubernetes_clients, custom_resources, addons, security, hostile, connections, faults))
    run("simulated", (crash,))
    if shutil.which("etcd") and os.geteuid() == 0:
        run("simulated", (several,), several.Several)
    else:
        print("several servers need etcd, and root for hosts of their own: their tests are left out")
    if os.geteuid() == 0:
        run("simulated", (disk,))


def real():
    if os.geteuid() != 0:
        print("real machines need root: their tests are left out")
        return
    for module in (nodes, kubelet_api, services, streams, surroundings, vpc, machines):
        run("real", (module,))


# Most of the time is waiting (the CLI's waiters look every half minute), so three rows of parts go side by side.
with ThreadPoolExecutor(3) as rows:
    ends = [rows.submit(run, "simulated", (aws,)), rows.submit(simulated), rows.submit(real)]
# A part that cannot begin fails the run.
for end in ends:
    end.result()
sys.exit(1 if failed else 0)
