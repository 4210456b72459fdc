"""Hosts of their own: network namespaces on one link, each of which can be cut off."""
import random, subprocess


def sh(line, check=True):
    result = subprocess.run(line, shell=True, capture_output=True, text=True)
    if check and result.returncode != 0:
        raise RuntimeError(f"{line}\n{result.stdout}{result.stderr}")


class Hosts:
    """Hosts with addresses of one network, reached from this one as well. Needs root."""

    def __init__(self):
        self.mark = f"{random.randrange(1 << 20):05x}"
        self.net = f"10.{random.randrange(180, 250)}.{random.randrange(1, 250)}"
        (self.bridge, self.numbers) = (f"ey{self.mark}", [])

    def start(self):
        sh(f"ip link add {self.bridge} type bridge && ip address add {self.net}.254/24 dev {self.bridge} && ip link set {self.bridge} up")

    def add(self, number):
        """Makes the host with this last number of its address; gives the address."""
        (name, address) = (self.name(number), f"{self.net}.{number}")
        self.numbers.append(number)
        sh(f"ip netns add {name} && ip link add {name} type veth peer name eth0 netns {name} && ip link set {name} master {self.bridge} up")
        sh(f"ip -n {name} link set lo up && ip -n {name} address add {address}/24 dev eth0 && ip -n {name} link set eth0 up")
        return address

    def name(self, number):
        """What the host is called, and its end of the link here."""
        return f"{self.bridge}-{number}"

    def inside(self, number):
        """What a command begins with to run on the host."""
        return ["ip", "netns", "exec", self.name(number)]

    def cut(self, number):
        """Takes the host's link away: what it sends and is sent is lost without a word."""
        sh(f"ip link set {self.name(number)} down")

    def join(self, number):
        sh(f"ip link set {self.name(number)} up")

    def cut_from_port(self, number, port):
        """Loses what the host sends to others' port."""
        rules = f"add table inet cut; add chain inet cut out {{ type filter hook output priority 0; }}; add rule inet cut out tcp dport {port} drop"
        sh(f"ip netns exec {self.name(number)} nft '{rules}'")

    def join_port(self, number):
        sh(f"ip netns exec {self.name(number)} nft delete table inet cut")

    def remove(self):
        for number in self.numbers:
            sh(f"ip netns delete {self.name(number)}", check=False)
        sh(f"ip link delete {self.bridge}", check=False)
