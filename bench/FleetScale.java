/* SPDX-License-Identifier: Apache-2.0 */

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.WatchOption;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.vfio4j.fleet.Hosts;
import org.vfio4j.fleet.etcd.EtcdInventory;
import org.vfio4j.fleet.etcd.EtcdOptions;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetHost;
import org.vfio4j.fleet.inventory.FleetInventory;
import org.vfio4j.fleet.inventory.SnapshotCodec;
import org.vfio4j.fleet.question.Drain;
import org.vfio4j.fleet.question.FleetQuestions;
import org.vfio4j.fleet.question.Matrix;
import org.vfio4j.fleet.question.Ranking;
import org.vfio4j.management.preflight.PreflightOptions;
import org.vfio4j.management.preflight.VersionRules;
import org.vfio4j.management.rule.Facts;
import org.vfio4j.management.snapshot.Snapshot;

/** Fills an etcd with hosts, and times what is asked of them. */
final class FleetScale {
    private static final String[] TYPES = {"nvidia-701", "nvidia-702", "nvidia-704", "nvidia-708", "nvidia-712", "nvidia-724"};

    private FleetScale() {}

    public static void main(String[] args) throws Exception {
        String endpoint = args[0];
        int count = Integer.parseInt(args[1]);
        int parents = Integer.parseInt(args[2]);
        fill(endpoint, count, parents);
        EtcdOptions options = new EtcdOptions(List.of(endpoint), null, null, null, null, null, Duration.ofSeconds(60));
        try (FleetInventory inventory = EtcdInventory.open(options, Clock.systemUTC())) {
            Runtime runtime = Runtime.getRuntime();
            System.gc();
            long used = runtime.totalMemory() - runtime.freeMemory();
            long start = System.nanoTime();
            Fleet fleet = inventory.read();
            row("first load of " + fleet.size() + " hosts", millis(start) + " ms, of which etcd " + raw(endpoint) + " ms");
            System.gc();
            row("memory of it", ((runtime.totalMemory() - runtime.freeMemory() - used) >> 20) + " MB");
            questions(fleet);
            follow(inventory, endpoint, fleet);
        }
        Runtime.getRuntime().halt(0);
    }

    private static void fill(String endpoint, int count, int parents) throws Exception {
        long start = System.nanoTime();
        long bytes = 0;
        long devices = 0;
        try (Client client = Client.builder().endpoints(endpoint).build()) {
            KV kv = client.getKVClient();
            Random random = new Random(1);
            List<CompletableFuture<?>> puts = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Snapshot host = Hosts.host(String.format("node%05d", i), parents, random);
                byte[] value = SnapshotCodec.write(host);
                bytes += value.length;
                devices += host.probes().size();
                puts.add(kv.put(bytes("/vfio4j/1/hosts/" + host.hostName()), ByteSequence.from(value)));
                if (puts.size() == 200) {
                    CompletableFuture.allOf(puts.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
                    puts.clear();
                }
            }
            CompletableFuture.allOf(puts.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        }
        row(count + " hosts with " + parents + " cards, " + devices + " devices", bytes / count + " bytes a host; written in " + millis(start) + " ms");
    }

    /** The same ranges with nothing done about them. */
    private static long raw(String endpoint) throws Exception {
        try (Client client = Client.builder().endpoints(endpoint).maxInboundMessageSize(100 << 20).build()) {
            KV kv = client.getKVClient();
            kv.get(bytes("/x")).get(60, TimeUnit.SECONDS);
            long start = System.nanoTime();
            ByteSequence from = bytes("/vfio4j/1/hosts/");
            boolean more = true;
            while (more) {
                GetResponse part = kv.get(from, GetOption.builder().withRange(bytes("/vfio4j/1/hosts0")).withLimit(64).build())
                        .get(60, TimeUnit.SECONDS);
                more = part.isMore();
                from = part.getKvs().getLast().getKey().concat(ByteSequence.from(new byte[1]));
            }
            return millis(start);
        }
    }

    private static void questions(Fleet fleet) {
        FleetQuestions questions = new FleetQuestions(Facts.none(), PreflightOptions.with(VersionRules.builtIn()));
        long start = System.nanoTime();
        for (String type : TYPES) {
            questions.whereType(fleet, type, Ranking.PACK, 10);
        }
        row("where TYPE, first time of a type", millis(start) / TYPES.length + " ms");
        row("where TYPE", percentiles(2000, i -> questions.whereType(fleet, TYPES[i % TYPES.length], Ranking.PACK, 10)));
        Random random = new Random(2);
        List<FleetQuestions.Located> devices = new ArrayList<>();
        List<FleetHost> hosts = fleet.hosts();
        while (devices.size() < 2000) {
            FleetHost host = hosts.get(random.nextInt(hosts.size()));
            if (!host.published().probes().isEmpty()) {
                devices.add(new FleetQuestions.Located(
                        host, host.published().probes().get(random.nextInt(host.published().probes().size()))));
            }
        }
        row("where DEVICE", percentiles(2000, i -> questions.whereDevice(fleet, devices.get(i), Ranking.PACK, 10)));

        Fleet thousand = Fleet.of(hosts.subList(0, Math.min(1000, hosts.size())).stream().map(FleetHost::published).toList());
        FleetQuestions anew = new FleetQuestions(Facts.none(), PreflightOptions.with(VersionRules.builtIn()));
        start = System.nanoTime();
        int groups = 0;
        for (String type : TYPES) {
            Matrix matrix = anew.matrix(thousand, type);
            groups = Math.max(groups, matrix.groups().size());
        }
        row("matrix of 1,000 x 1,000 hosts, " + TYPES.length + " types", millis(start) + " ms (at most " + groups + " groups); again "
                + once(() -> Arrays.stream(TYPES).forEach(t -> anew.matrix(thousand, t))) + " ms");
        FleetHost full = hosts.stream()
                .max(java.util.Comparator.comparingInt(h -> h.published().probes().size()))
                .orElseThrow();
        start = System.nanoTime();
        Drain drain = questions.drain(fleet, full.name());
        row("drain of a host with " + full.published().probes().size() + " devices", millis(start) + " ms (" + drain.steps().size()
                + " steps, " + drain.staying().size() + " stay)");
    }

    private static void follow(FleetInventory inventory, String endpoint, Fleet fleet) throws Exception {
        LinkedBlockingQueue<Long> seen = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<Long> raw = new LinkedBlockingQueue<>();
        FleetQuestions questions = new FleetQuestions(Facts.none(), PreflightOptions.with(VersionRules.builtIn()));
        try (FleetInventory.Following following = inventory.follow(view -> {
                    questions.whereType(view, TYPES[2], Ranking.PACK, 10);
                    seen.add(System.nanoTime());
                });
                Client client = Client.builder().endpoints(endpoint).build();
                io.etcd.jetcd.Watch.Watcher watcher = client.getWatchClient()
                        .watch(bytes("/vfio4j/1/"), WatchOption.builder().isPrefix(true).build(), m -> raw.add(System.nanoTime()))) {
            seen.take();
            FleetInventory.Publication one = inventory.publish("node00000", Duration.ofMinutes(5));
            Random random = new Random(3);
            List<Long> answers = new ArrayList<>();
            List<Long> etcds = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                Snapshot next = Hosts.host("node00000", 8, random);
                long start = System.nanoTime();
                one.update(next);
                Long answer = seen.poll(60, TimeUnit.SECONDS);
                Long arrived = raw.poll(60, TimeUnit.SECONDS);
                if (i >= 100) {
                    answers.add(answer - start);
                    etcds.add(arrived - start);
                }
            }
            row("from publishing a change to a follower's answer", percentiles(answers));
            row("of which until etcd's watch has told it", percentiles(etcds));
        }
    }

    /** By the clock, and by the processor alone: on a machine that is busy with other things these differ. */
    private static String percentiles(int rounds, IntConsumer action) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        List<Long> nanos = new ArrayList<>();
        List<Long> cpu = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            long start = System.nanoTime();
            long used = threads.getCurrentThreadCpuTime();
            action.accept(i);
            if (i >= rounds / 5) {
                nanos.add(System.nanoTime() - start);
                cpu.add(threads.getCurrentThreadCpuTime() - used);
            }
        }
        return percentiles(nanos) + "; CPU " + percentiles(cpu);
    }

    private static String percentiles(List<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return String.format("p50 %.1f ms, p99 %.1f ms", sorted[sorted.length / 2] / 1e6, sorted[sorted.length * 99 / 100] / 1e6);
    }

    private static long once(Runnable action) {
        long start = System.nanoTime();
        action.run();
        return millis(start);
    }

    private static long millis(long start) {
        return (System.nanoTime() - start) / 1_000_000;
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    private static void row(String what, String took) {
        System.out.println("| " + what + " | " + took + " |");
    }
}
