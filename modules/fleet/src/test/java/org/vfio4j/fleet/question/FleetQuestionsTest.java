/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.vfio4j.fleet.Hosts;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.preflight.DeviceMapping;
import org.vfio4j.management.preflight.PreflightOptions;
import org.vfio4j.management.preflight.VersionRules;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.Snapshot;

class FleetQuestionsTest {
    private static final String NEW = "580.65.05";
    private static final String OLD = "535.230.02";
    private static final String CARD = "0000:10:00.0";
    private static final String OTHER = "0000:11:00.0";

    private final FleetQuestions questions =
            new FleetQuestions(org.vfio4j.management.rule.Facts.none(), PreflightOptions.with(VersionRules.builtIn()));

    private static UUID uuid(int n) {
        return new UUID(0x4000L, 0x8000000000000000L + n);
    }

    private static DeviceProbe device(
            String parent, int size, String driver, int n, long pid, @Nullable Boolean migrates) {
        HostDevice device = new HostDevice(
                uuid(n).toString(),
                DeviceKind.MDEV,
                parent,
                "nvidia-" + (700 + size),
                "nvidia",
                driver,
                true,
                n,
                null,
                pid == 0 ? Usage.FREE : Usage.inUse(List.of(new Usage.Holder(pid, "qemu-system-x86"))),
                driver,
                null,
                null);
        return new DeviceProbe(device, Hosts.answers(migrates));
    }

    private static Snapshot host(String name, List<MdevParent> cards, DeviceProbe... devices) {
        return Hosts.snapshot(name, "6.12.0", "11.1.0", cards, List.of(devices));
    }

    private static Snapshot withMover(String name, String driver) {
        return host(
                name,
                List.of(Hosts.card(CARD, driver, 4, 1), Hosts.card(OTHER, driver, 0, 0)),
                device(CARD, 4, driver, 1, 7, true));
    }

    @Test
    void aNewDeviceGoesWhereItSpoilsLeast() {
        Fleet fleet = Fleet.of(List.of(
                host("empty", List.of(Hosts.card(CARD, NEW, 0, 0))),
                host("begun", List.of(Hosts.card(CARD, NEW, 4, 2))),
                host("nearly", List.of(Hosts.card(CARD, NEW, 4, 5))),
                host("full", List.of(Hosts.card(CARD, NEW, 4, 6)))));

        Places places = questions.whereType(fleet, "nvidia-704", Ranking.PACK, 10);
        assertThat(places.places()).map(Place::host).containsExactly("nearly", "begun", "empty");
        assertThat(places.places()).map(Place::leftAfter).containsExactly(0, 3, 5);
        assertThat(places.places().getLast().shrinking()).contains("nvidia-724 1 to 0");
        assertThat(places.hosts()).isEqualTo(Map.of(Verdict.YES, 3, Verdict.FULL, 1));
        assertThat(questions.whereType(fleet, "nvidia-704", Ranking.PACK, 1).places())
                .map(Place::host)
                .containsExactly("nearly");
        assertThat(questions.whereType(fleet, "nvidia-704", Ranking.SPREAD, 2).places())
                .map(Place::host)
                .containsExactly("begun", "nearly");
    }

    @Test
    void aDeviceGoesWherePreflightLetsItGo() {
        Fleet fleet = Fleet.of(List.of(
                withMover("node1", NEW),
                host("fits", List.of(Hosts.card(CARD, NEW, 4, 1)), device(CARD, 4, NEW, 2, 0, true)),
                host("older", List.of(Hosts.card(CARD, OLD, 4, 1)), device(CARD, 4, OLD, 3, 0, true)),
                host("silent", List.of(Hosts.card(CARD, NEW, 0, 0)))));

        FleetQuestions.Located mover =
                FleetQuestions.find(fleet, uuid(1).toString()).getFirst();
        Places places = questions.whereDevice(fleet, mover, Ranking.PACK, 10);
        assertThat(places.places()).map(Place::host).containsExactly("fits", "silent");
        assertThat(places.places()).map(p -> p.fit().verdict()).containsExactly(Verdict.YES, Verdict.UNKNOWN);
        assertThat(places.blockers()).containsEntry("host-driver-differs", 1);
    }

    private static DeviceProbe function(String address, Usage usage, String pciId) {
        HostDevice device = new HostDevice(
                address, DeviceKind.PCI, null, null, "mlx5_vfio_pci", "1", true, 1, null, usage, null, null, pciId);
        return new DeviceProbe(device, Hosts.answers(true));
    }

    @Test
    void aFunctionGoesWhereOneIsFreeThatIsLikeIt() {
        Usage used = Usage.inUse(List.of());
        Fleet fleet = Fleet.of(List.of(
                host("node1", List.of(), function("0000:03:00.1", used, "15b3:101e")),
                host(
                        "busy",
                        List.of(),
                        function("0000:03:00.1", used, "15b3:101e"),
                        function("0000:03:00.2", used, "15b3:101e")),
                host(
                        "free",
                        List.of(),
                        function("0000:03:00.1", used, "15b3:101e"),
                        function("0000:03:00.2", Usage.FREE, "15b3:101e"),
                        function("0000:03:00.3", Usage.FREE, "15b3:101e")),
                host("unlike", List.of(), function("0000:03:00.1", Usage.FREE, "8086:1889"))));
        FleetQuestions.Located moving =
                FleetQuestions.find(fleet, "node1/0000:03:00.1").getFirst();

        Places places = questions.whereDevice(fleet, moving, Ranking.PACK, 10);
        assertThat(places.places()).singleElement().satisfies(place -> {
            assertThat(place.host()).isEqualTo("free");
            assertThat(place.leftAfter()).isEqualTo(1);
        });
        assertThat(places.hosts()).isEqualTo(Map.of(Verdict.YES, 1, Verdict.FULL, 1));
        assertThat(questions.drain(fleet, "node1").steps())
                .singleElement()
                .satisfies(step ->
                        assertThat(step.devices().getFirst().destination()).isEqualTo("0000:03:00.2"));
    }

    @Test
    void theMatrixIsWhatPreflightSaysOfEachPair() {
        List<Snapshot> hosts = Hosts.fleet(40, 2, 7);
        Fleet fleet = Fleet.of(hosts);
        Judging judging =
                new Judging(org.vfio4j.management.rule.Facts.none(), PreflightOptions.with(VersionRules.builtIn()));
        for (String type : List.of("nvidia-701", "nvidia-704", "nvidia-724")) {
            Matrix matrix = questions.matrix(fleet, type);
            assertThat(matrix.pairs().values().stream()
                            .mapToLong(Long::longValue)
                            .sum())
                    .isEqualTo(40L * 39);
            for (Snapshot from : hosts) {
                DeviceProbe probe = from.probes().stream()
                        .filter(p -> type.equals(p.device().typeOrNull()))
                        .filter(p -> p.firstUnknown().isEmpty())
                        .findFirst()
                        .orElse(null);
                if (probe == null) {
                    continue;
                }
                for (Snapshot to : hosts) {
                    boolean hasRoom = to.inventory().parents().stream()
                            .allMatch(
                                    p -> p.type(type).orElseThrow().available().orElse(0) > 0);
                    if (!to.equals(from) && hasRoom) {
                        Verdict direct = Verdict.of(
                                judging.check(from, to, List.of(probe.device().name()))
                                        .findings());
                        assertThat(matrix.fit(from.hostName(), to.hostName()).verdict())
                                .isLessThanOrEqualTo(direct);
                    }
                }
            }
        }
    }

    @Test
    void aDrainFindsAPlaceForEachDeviceAndNoneTwice() {
        Fleet fleet = Fleet.of(List.of(
                host(
                        "node1",
                        List.of(Hosts.card(CARD, NEW, 4, 2), Hosts.card(OTHER, NEW, 24, 1)),
                        device(CARD, 4, NEW, 1, 7, true),
                        device(CARD, 4, NEW, 2, 8, true),
                        device(OTHER, 24, NEW, 3, 9, true)),
                host(
                        "node2",
                        List.of(Hosts.card(CARD, NEW, 4, 5), Hosts.card(OTHER, NEW, 0, 0)),
                        device(CARD, 4, NEW, 11, 0, true),
                        device("elsewhere", 24, NEW, 12, 0, true)),
                host("node3", List.of(Hosts.card(CARD, NEW, 4, 5)), device(CARD, 4, NEW, 21, 0, true))));

        Drain drain = questions.drain(fleet, "node1");
        assertThat(drain.staying()).isEmpty();
        assertThat(drain.steps().getFirst().devices())
                .map(DeviceMapping::typeOrNull)
                .containsExactly("nvidia-724");
        Map<String, Integer> made = new HashMap<>();
        drain.steps()
                .forEach(step -> step.devices()
                        .forEach(m -> made.merge(
                                step.to() + " " + m.parentOrNull() + " " + m.typeOrNull(), 1, Integer::sum)));
        assertThat(made)
                .isEqualTo(Map.of(
                        "node2 " + OTHER + " nvidia-724",
                        1,
                        "node2 " + CARD + " nvidia-704",
                        1,
                        "node3 " + CARD + " nvidia-704",
                        1));
    }

    @Test
    void whatCannotLeaveSaysWhy() {
        Fleet fleet = Fleet.of(List.of(
                host(
                        "node1",
                        List.of(Hosts.card(CARD, NEW, 4, 2)),
                        device(CARD, 4, NEW, 1, 7, false),
                        device(CARD, 4, NEW, 2, 7, true)),
                host("node2", List.of(Hosts.card(CARD, NEW, 4, 1)), device(CARD, 4, NEW, 11, 0, true))));

        Drain drain = questions.drain(fleet, "node1");
        assertThat(drain.steps()).isEmpty();
        assertThat(drain.staying()).singleElement().satisfies(staying -> {
            assertThat(staying.devices()).containsExactly(uuid(1).toString(), uuid(2).toString());
            assertThat(staying.holder()).isEqualTo("qemu-system-x86 (pid 7)");
            assertThat(staying.why()).anyMatch(f -> f.id().equals("migration-not-supported"));
        });
        assertThat(questions
                        .drain(Fleet.of(List.of(withMover("alone", NEW))), "alone")
                        .staying())
                .singleElement()
                .satisfies(s -> assertThat(s.why().getFirst().text()).contains("no other host"));
    }

    @Test
    void aDeviceThatNobodyUsesOnlyNeedsRoom() {
        Fleet fleet = Fleet.of(List.of(
                host("node1", List.of(Hosts.card(CARD, NEW, 4, 1)), device(CARD, 4, NEW, 1, 0, false)),
                host("node2", List.of(Hosts.card(CARD, OLD, 0, 0)))));

        assertThat(questions.drain(fleet, "node1").steps())
                .singleElement()
                .satisfies(step -> assertThat(step.to()).isEqualTo("node2"));
    }

    @Test
    void anUpdateOfOneHostBreaksItsPairs() {
        Fleet fleet = Fleet.of(List.of(withMover("node1", OLD), withMover("node2", OLD), withMover("node3", OLD)));

        WhatIf answer =
                questions.whatIf(fleet, List.of("node1"), List.of(Change.parse("host_driver_version=" + NEW, null)));
        WhatIf.OfType type = answer.types().stream()
                .filter(t -> t.type().equals("nvidia-704"))
                .findFirst()
                .orElseThrow();
        assertThat(type.broken()).isEqualTo(4);
        assertThat(type.repaired()).isZero();
        assertThat(type.blockers()).containsKey("host-driver-differs");
        assertThat(answer.stranded()).containsExactly("node1/" + uuid(1));

        WhatIf back = questions.whatIf(
                fleet,
                List.of("node1", "node2", "node3"),
                List.of(Change.parse("host_driver_version=" + NEW, "nvidia")));
        assertThat(back.types()).allSatisfy(t -> assertThat(t.broken()).isZero());
    }

    @Test
    void whatIsNotThereIsSaid() {
        Fleet fleet = Fleet.of(List.of());
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> questions.drain(fleet, "node1"))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV));
        for (String text : List.of("colour=red", "kernel=", "", "kernel")) {
            assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> Change.parse(text, null));
        }
        assertThat(questions.whereType(fleet, "nvidia-704", Ranking.PACK, 3).places())
                .isEqualTo(new ArrayList<>());
    }
}
