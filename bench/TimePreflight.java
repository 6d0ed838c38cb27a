/* SPDX-License-Identifier: Apache-2.0 */

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.plan.Candidate;
import org.vfio4j.management.plan.Plan;
import org.vfio4j.management.plan.Planner;
import org.vfio4j.management.plan.VmFacts;
import org.vfio4j.management.plan.Wishes;
import org.vfio4j.management.preflight.Preflight;
import org.vfio4j.management.preflight.PreflightOptions;
import org.vfio4j.management.preflight.Report;
import org.vfio4j.management.preflight.VersionRules;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Question;
import org.vfio4j.management.rule.Facts;
import org.vfio4j.management.rule.Version;
import org.vfio4j.management.snapshot.Platform;
import org.vfio4j.management.snapshot.Snapshot;

/**
 * Times a preflight of one device from one host to each of many, and a plan of the device for each of them. Every host has its own snapshot,
 * as a fleet has: half of them can take the device, the others are full, lack the type, or have another driver.
 *
 * <p>Arguments: numbers of hosts. Prints medians of {@value #ROUNDS} rounds, after as many to warm up: of the thread's own CPU time, so that what else the machine has to do is left out.
 */
final class TimePreflight {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 11;
    private static final int TYPES = 20;
    private static final String TYPE = "nvidia-105";
    private static final String DEVICE = "9f5b3a52-7c1e-4c53-9d1b-0d0d5f3c0a01";

    private static final Answer YES = new Answer.Yes("open", "ok", List.of());
    private static final Answer NO = new Answer.No("open", "ENOTTY");
    private static final Answer MIGRATES = new Answer.Yes("open", "ok", List.of("stop-copy", "p2p"));

    private TimePreflight() {}

    /** How large a host is: GPUs, and mediated devices on each. */
    private record Size(String name, int parents, int devices) {}

    private static final List<Size> SIZES = List.of(new Size("2 GPUs, 8 vGPUs", 2, 4), new Size("8 GPUs, 128 vGPUs", 8, 16));

    public static void main(String[] counts) {
        System.out.println("| hosts | each with | blocked | preflight ms | µs a host | plan ms | µs a host |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (Size size : SIZES) {
            for (String count : counts) {
                time(size, Integer.parseInt(count));
            }
        }
    }

    private static void time(Size size, int count) {
        Snapshot source = host(0, size, true);
        List<Snapshot> hosts = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            hosts.add(host(i, size, false));
        }
        Preflight preflight = Preflight.builtIn();
        PreflightOptions options = PreflightOptions.with(VersionRules.builtIn());
        Facts machine = Facts.builder().put("vm.known", true).put("vm.iommu", false).put("vm.ramfb", false).build();
        int[] blocked = new int[1];
        long checking = median(() -> {
            blocked[0] = 0;
            for (Snapshot host : hosts) {
                Report report = preflight.check(source, host, List.of(DEVICE), machine, options);
                blocked[0] += report.isBlocked() ? 1 : 0;
            }
        });
        Planner planner = new Planner(Planner.rules());
        Candidate candidate = new Candidate(source.probes().getFirst());
        int[] works = new int[1];
        long planning = median(() -> {
            works[0] = 0;
            for (Snapshot host : hosts) {
                Version qemu = Version.parse(String.valueOf(host.platform().qemuVersionOrNull())).orElseThrow();
                Plan plan = planner.plan(List.of(candidate), VmFacts.UNKNOWN.versions(qemu, null), Wishes.AUTO);
                works[0] += plan.works() ? 1 : 0;
            }
        });
        if (blocked[0] == 0 || blocked[0] == count || works[0] != count) {
            throw new IllegalStateException(blocked[0] + " blocked, " + works[0] + " planned of " + count);
        }
        System.out.printf("| %,d | %s | %,d | %.1f | %.1f | %.1f | %.1f |%n", count, size.name(), blocked[0], checking / 1e6,
                checking / 1e3 / count, planning / 1e6, planning / 1e3 / count);
    }

    private static long median(Runnable round) {
        long[] nanos = new long[2 * ROUNDS];
        for (int i = 0; i < nanos.length; i++) {
            long before = THREADS.getCurrentThreadCpuTime();
            round.run();
            nanos[i] = THREADS.getCurrentThreadCpuTime() - before;
        }
        long[] warm = Arrays.copyOfRange(nanos, ROUNDS, nanos.length);
        Arrays.sort(warm);
        return warm[ROUNDS / 2];
    }

    /** A host with GPUs; of each four that follow, two can take one more vGPU. */
    private static Snapshot host(int number, Size size, boolean isSource) {
        boolean isFull = number % 4 == 1;
        boolean isOtherModel = number % 4 == 3;
        String driver = number % 8 == 2 ? "570.124.03" : "580.65.05";
        List<MdevParent> parents = new ArrayList<>();
        List<DeviceProbe> probes = new ArrayList<>();
        for (int p = 0; p < size.parents(); p++) {
            String name = "0000:%02x:00.0".formatted(0x41 + p);
            List<MdevParent.Type> types = new ArrayList<>();
            for (int t = 0; t < TYPES; t++) {
                String id = "nvidia-" + ((isOtherModel ? 500 : 100) + t);
                types.add(new MdevParent.Type(id, "GRID " + t, null, isFull ? 0 : 4, "vfio-pci", null, List.of()));
            }
            parents.add(new MdevParent(name, "nvidia", driver, types));
            for (int d = 0; d < size.devices(); d++) {
                boolean isIt = isSource && p == 0 && d == 0;
                String uuid = isIt ? DEVICE : "%08x-0000-4000-8000-%012x".formatted(number, p * 100 + d);
                probes.add(probe(uuid, name, isOtherModel ? "nvidia-505" : TYPE));
            }
        }
        List<HostDevice> devices = probes.stream().map(DeviceProbe::device).toList();
        return new Snapshot(
                "kernel",
                "node" + number,
                "6.12.0",
                new Platform("11.1.3", "11.3.0", true),
                Instant.EPOCH,
                new Inventory(parents, devices, List.of()),
                probes);
    }

    private static DeviceProbe probe(String uuid, String parent, String type) {
        HostDevice device = new HostDevice(
                uuid, DeviceKind.MDEV, parent, type, "nvidia-vgpu-vfio", null, true, 7, null, Usage.FREE, "580.65.06",
                null, null);
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        for (Question question : Question.values()) {
            answers.put(question, NO);
        }
        answers.put(Question.DISPLAY_REGION, YES);
        answers.put(Question.MIGRATION, MIGRATES);
        answers.put(Question.DIRTY_TRACKING, YES);
        return new DeviceProbe(device, answers);
    }
}
